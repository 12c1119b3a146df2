import { type Realtime, waitAtMost } from "./create-realtime.ts";
import { createPace } from "./pace.ts";
import { pieceEvents, type ReplyNews, type ReplyState, statusEvent } from "./reply-events.ts";

/** What a worker may wait at the end of a reply for its last events to be delivered, in milliseconds. */
const patienceMillis = 2_000;

/** What has been stored of a running reply, and who listened then. */
interface Stored {
  attempt: number;
  sequence: number;
  /** All of it. */
  text: string;
  /** All that its model thought. */
  reasoning?: string;
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
   * @param reasoning all of it
   */
  end(news: ReplyNews, text: string | undefined, reasoning?: string): Promise<void>;
}

/** How far a text was told. */
interface Told {
  units: number;
  points: number;
}

const untold: Told = { units: 0, points: 0 };

function whole(text: string): Told {
  return { units: text.length, points: codePoints(text) };
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
  let reasoning = "";
  let ending: ReplyState | undefined;
  let told = { attempt: 0, text: untold, reasoning: untold };
  let telling = Promise.resolve();

  function isBehind(): boolean {
    return told.text.units < text.length || told.reasoning.units < reasoning.length;
  }

  async function tellText(): Promise<void> {
    const events = [
      ...pieceEvents("reply.reasoning", state, told.reasoning.points, reasoning.slice(told.reasoning.units)),
      ...pieceEvents("reply.delta", state, told.text.points, text.slice(told.text.units)),
    ];
    told = { ...told, text: whole(text), reasoning: whole(reasoning) };
    for (const event of events) {
      await pace();
      await realtime.send(ownerId, connectionIds, event);
    }
  }

  async function tell(): Promise<void> {
    if (told.attempt !== state.attempt) {
      told = { attempt: state.attempt, text: untold, reasoning: untold };
      await realtime.send(ownerId, connectionIds, statusEvent(state));
    }
    // The rest may have come, with the ending, while a piece was on its way: it goes before the ending.
    while (told.attempt === state.attempt && isBehind()) await tellText();
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
      ({ text, reasoning = "", connectionIds } = progress);
      if (connectionIds.length > 0) wake();
      // Nobody listens: a later listener asks for what is stored by then.
      else told = { attempt: state.attempt, text: whole(text), reasoning: whole(reasoning) };
    },
    async end(news, answer, thought = reasoning) {
      connectionIds = news.connectionIds;
      const dismissal = realtime.dismiss(ownerId, news.endedConnectionIds);
      ending = news.replies.find((one) => one.id === id);
      if (connectionIds.length === 0 || ending === undefined) return waitAtMost(dismissal, patienceMillis);
      state = { ...state, attempt: ending.attempt, sequence: ending.sequence };
      text = answer ?? text;
      reasoning = thought;
      await waitAtMost(Promise.all([wake(), dismissal]), patienceMillis);
    },
  };
}
