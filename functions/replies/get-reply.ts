import { setTimeout as sleep } from "node:timers/promises";
import type { replyRoutes } from "@parley/contract/routes/replies";
import { isTerminal } from "@parley/contract/schemas/reply";
import type { ApiResponse, Operation } from "@parley/http/api-types";
import { problem } from "@parley/http/problem";
import { addLogKeys } from "@parley/runtime/logger";
import { type ReadingDependencies, readReply, type Seen } from "./read-reply.ts";

const firstPauseMillis = 50;
const longestPauseMillis = 500;
/** What a waiting poll leaves of the invocation's time, for its last read and the answer. */
const spareMillis = 3_000;

/** A poll that names the version of a running reply has seen it run. */
function hasSeenItRun(ifNoneMatch: string | undefined): boolean {
  return ifNoneMatch?.includes("-in_progress-") ?? false;
}

/** The text behind that many code points. */
function textAfter(text: string, points: number): string {
  return points === 0 ? text : Array.from(text).slice(points).join("");
}

function toResponse({ reply, etag }: Seen, after: number, reasoningAfter: number): ApiResponse {
  const headers = isTerminal(reply.status) ? {} : { "Retry-After": "1" };
  const partialText = textAfter(reply.partialText, after);
  const reasoning = textAfter(reply.reasoning, reasoningAfter);
  return { status: 200, headers, body: { ...reply, partialText, reasoning }, etag };
}

/**
 * Status and text of a reply. `waitSeconds` holds the answer until the reply ends.
 * @param maxWaitSeconds above it a poll is answered at once.
 */
export function getReply(
  dependencies: ReadingDependencies,
  maxWaitSeconds: number,
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
    const wanted = waitSeconds > maxWaitSeconds ? 0 : waitSeconds * 1000;
    const until = Date.now() + Math.min(wanted, remainingMillis() - spareMillis);
    for (let pause = firstPauseMillis; ; pause = Math.min(pause * 1.5, longestPauseMillis)) {
      const seen = await readReply(dependencies, caller.userId, replyId, requestId, isSeen);
      if (seen === undefined) throw problem("not-found");
      addLogKeys({ conversationId: seen.reply.conversationId });
      const left = until - Date.now();
      if (left <= 0 || isTerminal(seen.reply.status)) return toResponse(seen, after, reasoningAfter);
      await sleep(Math.min(pause, left));
    }
  };
}
