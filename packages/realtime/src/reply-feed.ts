import { type Realtime, waitAtMost } from "./create-realtime.ts";
import { createPace } from "./pace.ts";
import { deltaEvents, type ReplyNews, type ReplyState, statusEvent } from "./reply-events.ts";

/** What a worker may wait at the end of a reply for its last events to be delivered, in milliseconds. */
const patienceMillis = 2_000;

/** What has been stored of a running reply, and who listened then. */
interface Stored {
  attempt: number;
  sequence: number;
  /** All of it. */
  text: string;
  connectionIds: readonly string[];
}

/**
 * The events of one reply while a worker generates it, in order. Only what is stored is told, so that who listens
 * and who polls see the same. While a message is on its way, the text behind it gathers into the next.
 */
export interface ReplyFeed {
  stored(progress: Stored): void;
  /**
   * Tells the rest of the text and the status it ended with. Waits 2 s at most and never throws.
   * @param text all of it; undefined when the reply ended without an answer
   */
  end(news: ReplyNews, text: string | undefined): Promise<void>;
}

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** @param listeners the connections that were open when the reply was claimed */
export function createReplyFeed(
  realtime: Realtime,
  reply: Omit<ReplyState, "status"> & { ownerId: string },
  listeners: readonly string[],
): ReplyFeed {
  const { ownerId, id, conversationId, messageId, attempt, sequence } = reply;
  const pace = createPace();
  const status = "in_progress" as const;
  let state: ReplyState = {
    id,
    conversationId,
    messageId,
    assistantMessageId: null,
    status,
    attempt,
    sequence,
  };
  let connectionIds = listeners;
  let text = "";
  let ending: ReplyState | undefined;
  let told = { attempt: 0, units: 0, points: 0 };
  let telling = Promise.resolve();

  async function tellText(): Promise<void> {
    const piece = text.slice(told.units);
    const events = deltaEvents(state, told.points, piece);
    told = { ...told, units: text.length, points: told.points + codePoints(piece) };
    for (const event of events) {
      await pace();
      await realtime.send(ownerId, connectionIds, event);
    }
  }

  async function tell(): Promise<void> {
    if (told.attempt !== state.attempt) {
      told = { attempt: state.attempt, units: 0, points: 0 };
      await realtime.send(ownerId, connectionIds, statusEvent(state));
    }
    // The rest may have come, with the ending, while a piece was on its way: it goes before the ending.
    while (told.attempt === state.attempt && told.units < text.length) await tellText();
    // A new attempt has begun meanwhile; its own turn tells what follows.
    if (told.attempt !== state.attempt) return;
    const last = ending;
    ending = undefined;
    if (last !== undefined) await realtime.send(ownerId, connectionIds, statusEvent(last));
  }

  function wake(): Promise<void> {
    telling = telling.then(tell);
    return telling;
  }

  if (connectionIds.length > 0) wake();
  return {
    stored(progress) {
      state = { ...state, attempt: progress.attempt, sequence: progress.sequence };
      ({ text, connectionIds } = progress);
      if (connectionIds.length > 0) wake();
      // Nobody listens: a later listener asks for what is stored by then.
      else told = { attempt: state.attempt, units: text.length, points: codePoints(text) };
    },
    async end(news, answer) {
      connectionIds = news.connectionIds;
      const dismissal = realtime.dismiss(ownerId, news.endedConnectionIds);
      ending = news.replies.find((one) => one.id === id);
      if (connectionIds.length === 0 || ending === undefined) return waitAtMost(dismissal, patienceMillis);
      state = { ...state, attempt: ending.attempt, sequence: ending.sequence };
      text = answer ?? text;
      await waitAtMost(Promise.all([wake(), dismissal]), patienceMillis);
    },
  };
}
