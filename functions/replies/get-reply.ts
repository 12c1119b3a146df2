import { setTimeout as sleep } from "node:timers/promises";
import type { replyRoutes } from "@parley/contract/routes/replies";
import { isTerminal } from "@parley/contract/schemas/reply";
import { textAfter } from "@parley/contract/shown-text";
import { leavePollWait, takePollWait } from "@parley/data/poll-waits";
import type { ApiResponse, Operation } from "@parley/http/api-types";
import { problem } from "@parley/http/problem";
import { addLogKeys } from "@parley/runtime/logger";
import { type ReadingDependencies, readReply, type Seen } from "./read-reply.ts";

const firstPauseMillis = 50;
const longestPauseMillis = 500;
/** What a waiting poll leaves of the invocation's time, for its last read and the answer. */
const spareMillis = 3_000;

/** Before a poll that found no place to wait comes again. */
const secondsWithoutPlace = 2;

/** A poll that names the version of a running reply has seen it run. */
function hasSeenItRun(ifNoneMatch: string | undefined): boolean {
  return ifNoneMatch?.includes("-in_progress-") ?? false;
}

interface TextBounds {
  /** Code points of the text that the caller has. */
  after: number;
  reasoningAfter: number;
}

function toResponse({ reply, etag }: Seen, bounds: TextBounds, retrySeconds = 1): ApiResponse {
  const headers = isTerminal(reply.status) ? {} : { "Retry-After": String(retrySeconds) };
  const partialText = textAfter(reply.partialText, bounds.after);
  const reasoning = textAfter(reply.reasoning, bounds.reasoningAfter);
  return { status: 200, headers, body: { ...reply, partialText, reasoning }, etag };
}

/** A place among the polls of a user that wait: each holds an environment of the function. */
function createPlace(database: ReadingDependencies["database"], ownerId: string, maximum: number) {
  let endsAt: number | undefined;
  return {
    /** Takes it for so long, where it has not yet; false when there is none. */
    async isTaken(millis: number): Promise<boolean> {
      if (maximum === 0 || endsAt !== undefined) return true;
      endsAt = await takePollWait(database, ownerId, { seconds: millis / 1000, maximum });
      return endsAt !== undefined;
    },
    /** What cannot be given back comes back by itself. */
    async leave(): Promise<void> {
      if (endsAt !== undefined) await leavePollWait(database, ownerId, endsAt).catch(() => {});
    },
  };
}

export interface WaitLimits {
  /** A poll that would wait longer is answered at once. */
  maxSeconds: number;
  /** Polls of a user that wait at once; those beyond are answered at once. 0 is no limit. */
  maxWaiting: number;
}

/** Status and text of a reply. `waitSeconds` holds the answer until the reply ends. */
export function getReply(
  dependencies: ReadingDependencies,
  limits: WaitLimits,
): Operation<(typeof replyRoutes)["getReply"]> {
  return async ({
    params: { replyId },
    query: { waitSeconds, after, reasoningAfter },
    caller,
    headers,
    requestId,
    remainingMillis,
  }) => {
    addLogKeys({ replyId });
    const isSeen = hasSeenItRun(headers.ifNoneMatch);
    const wanted = waitSeconds > limits.maxSeconds ? 0 : waitSeconds * 1000;
    const until = Date.now() + Math.min(wanted, remainingMillis() - spareMillis);
    const bounds = { after, reasoningAfter };
    const place = createPlace(dependencies.database, caller.userId, limits.maxWaiting);
    try {
      for (let pause = firstPauseMillis; ; pause = Math.min(pause * 1.5, longestPauseMillis)) {
        const seen = await readReply(dependencies, caller.userId, replyId, requestId, isSeen);
        if (seen === undefined) throw problem("not-found");
        addLogKeys({ conversationId: seen.reply.conversationId });
        const left = until - Date.now();
        if (left <= 0 || isTerminal(seen.reply.status)) return toResponse(seen, bounds);
        if (!(await place.isTaken(left))) return toResponse(seen, bounds, secondsWithoutPlace);
        await sleep(Math.min(pause, left));
      }
    } finally {
      await place.leave();
    }
  };
}
