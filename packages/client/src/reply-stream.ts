import { jsonOf } from "./error.ts";
import type { Push, PushEvent } from "./push.ts";
import { ReplyText, type RestartEvent, type TextEvent } from "./reply-text.ts";
import { isTransient, request, type Sender, sleep } from "./request.ts";
import type { Reply } from "./types.ts";

export type ReplyEvent = TextEvent | RestartEvent | { type: "end"; reply: Reply };

export interface StreamOptions {
  signal?: AbortSignal | undefined;
}

const pollMillis = 400;
const maxPollMillis = 2_000;
/** While the push is live a poll only guards against what it may have missed. */
const guardMillis = 10_000;

const path = "GET /v1/replies/{replyId}";

function hasEnded({ status }: Pick<Reply, "status">): boolean {
  return status !== "queued" && status !== "in_progress";
}

/** The reply once it has ended, however long it takes. */
export async function waitForReply(
  sender: Sender,
  replyId: string,
  { signal }: StreamOptions = {},
): Promise<Reply> {
  for (;;) {
    const waiting = request(sender, path, { replyId, waitSeconds: 20 }, { signal });
    const answered = await waiting.catch(ignoreTransient);
    const reply = answered && jsonOf<Reply>(answered);
    if (reply && hasEnded(reply)) return reply;
    const pause = answered ? Number(answered.headers.get("retry-after")) * 1_000 : maxPollMillis;
    await sleep(pause, signal);
  }
}

interface Polled {
  reply: Reply;
  /** What it adds to what was known. */
  events: (TextEvent | RestartEvent)[];
}

/** Reads a reply again only when it has changed, and of a running one only what is not known. */
function createPoll(sender: Sender, replyId: string, text: ReplyText, signal: AbortSignal | undefined) {
  let etag: string | undefined;
  return async function poll(
    after = text.length,
    reasoningAfter = text.reasoningLength,
  ): Promise<Polled | undefined> {
    const { attempt } = text;
    const asked = { replyId, after, reasoningAfter };
    const answered = await request(sender, path, asked, { signal, ifNoneMatch: etag });
    if (answered.status === 304) return undefined;
    const reply = jsonOf<Reply>(answered);
    const { attempts, partialText, reasoning } = reply;
    const isPart = after + reasoningAfter > 0;
    // The text of another attempt, or of a message that was edited, need not begin as the known one does.
    if (isPart && (hasEnded(reply) || attempts !== attempt)) {
      etag = undefined;
      return poll(0, 0);
    }
    etag = answered.headers.get("etag") ?? undefined;
    if (!isPart) return { reply, events: text.replace(attempts, partialText, reasoning) };
    // Of the same attempt there is no gap: what was known only grows.
    const events = [
      ...text.add(attempts, reasoningAfter, reasoning, "reasoning"),
      ...text.add(attempts, after, partialText),
    ] as Polled["events"];
    return { reply, events };
  };
}

/** Hears of a reply what the push says, and takes its text out of it. */
function listenTo(
  push: Push,
  replyId: string,
  text: ReplyText,
  news: (events: ReplyEvent[] | "ended") => void,
) {
  const stopListening = push.listen((event: PushEvent) => {
    if (!("replyId" in event) || event.replyId !== replyId) return;
    if ("offset" in event) {
      const type = event.type === "reply.reasoning" ? "reasoning" : "text";
      const added = text.add(event.attempt, event.offset, event.text, type);
      if (added === "gap") push.catchUp(replyId);
      else news(added);
    } else if (event.type !== "error" && hasEnded(event)) news("ended");
  });
  const unfollow = push.follow(replyId, () => ({ after: text.length, reasoningAfter: text.reasoningLength }));
  return () => {
    unfollow();
    stopListening();
  };
}

/** The reply goes on while nobody can be asked for it: the next poll may. */
function ignoreTransient(error: unknown): undefined {
  if (!isTransient(error)) throw error;
}

/** In milliseconds, after that many polls in a row that found nothing new. */
function pauseAfter(unchangedPolls: number, isPushed: boolean): number {
  if (isPushed) return guardMillis;
  return Math.min(maxPollMillis, pollMillis * (1 + unchangedPolls / 4));
}

/** What a model thinks and says as it grows, and its end: pushed where that works, else polled, without a gap between. */
export async function* streamReply(
  sender: Sender,
  push: Push | undefined,
  replyId: string,
  { signal }: StreamOptions = {},
): AsyncGenerator<ReplyEvent, void, undefined> {
  const text = new ReplyText();
  const poll = createPoll(sender, replyId, text, signal);
  const queue: ReplyEvent[] = [];
  let isEndKnown = false;
  let wake = new AbortController();
  const stop =
    push &&
    listenTo(push, replyId, text, (news) => {
      if (news === "ended") isEndKnown = true;
      else queue.push(...news);
      wake.abort();
    });
  const idle = (millis: number) =>
    sleep(millis, signal ? AbortSignal.any([signal, wake.signal]) : wake.signal).catch(() =>
      signal?.throwIfAborted(),
    );
  let unchanged = 0;
  try {
    for (let polls = 0; ; polls += 1) {
      isEndKnown = false;
      const polled = await poll().catch(ignoreTransient);
      const missed = polled?.events ?? [];
      queue.push(...missed);
      unchanged = polled === undefined ? unchanged + 1 : 0;
      const isPushed = push?.isLive === true && (missed.length === 0 || polls === 0);
      const deadline = Date.now() + pauseAfter(unchanged, isPushed);
      for (;;) {
        wake = new AbortController();
        yield* queue.splice(0);
        if (polled && hasEnded(polled.reply)) return yield { type: "end", reply: polled.reply };
        if (isEndKnown || Date.now() >= deadline) break;
        await idle(deadline - Date.now());
      }
    }
  } finally {
    stop?.();
  }
}
