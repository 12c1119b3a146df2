import type { Calls } from "./calls.ts";
import { type Envelope, open, seal } from "./envelope.ts";
import type { OnRead } from "./read-metrics.ts";
import { createReplyLanes, type Position } from "./reply-lanes.ts";

/** Where a running reply stands. */
export interface ReplyProgress extends Position {
  /** Epoch milliseconds just before the flush was sent to the database. */
  readonly asOf: number;
}

export interface CachedReply<T> extends Position {
  readonly reply: T;
}

export interface ReplyReads {
  /** Call after each flush that the database accepted. Resolves when stored or at the time limit. */
  writeReply(ownerId: string, reply: { readonly id: string }, progress: ReplyProgress): Promise<void>;
  /**
   * A running reply as of less than 5 s ago, or undefined: ask the database. Momento is asked only for a reply that
   * `replyRuns` named here, or that the caller has seen running: most replies end before they are saved once.
   */
  readReply<T>(ownerId: string, replyId: string, hasSeenItRun?: boolean): Promise<CachedReply<T> | undefined>;
  /** Call when the database shows a reply that runs and has been saved: it is looked for here from now on. */
  replyRuns(ownerId: string, replyId: string): void;
  /**
   * Call after every commit that ends a reply which has been saved while it ran. From then on it is
   * not served as running.
   */
  dropReply(ownerId: string, replyId: string): Promise<void>;
}

type ReplyEnvelope<T> = Envelope<T> & Position;

const replySeconds = 5;
// Outlives every write that a reader would still accept, so that a paused worker cannot bring an ended reply back.
const endedSeconds = 2 * replySeconds;
const maximumRunning = 1_000;
const ended = "ended";

const replyKey = (ownerId: string, replyId: string) => `reply:${ownerId}:${replyId}`;

export function replyReads(calls: Calls, onRead: OnRead): ReplyReads {
  const lanes = createReplyLanes((key, text) =>
    calls.write((store) => store.setUnless(ended, key, text, replySeconds)),
  );
  const running = new Set<string>();
  return {
    async writeReply(ownerId, reply, progress) {
      const envelope: ReplyEnvelope<unknown> = { ownerId, ...progress, value: reply };
      const text = seal(envelope);
      if (text !== undefined) await calls.atMost(lanes.put(replyKey(ownerId, reply.id), progress, text));
    },

    async readReply<T>(ownerId: string, replyId: string, hasSeenItRun = false) {
      const key = replyKey(ownerId, replyId);
      if (!hasSeenItRun && !running.has(key)) return undefined;
      const start = performance.now();
      const found = await calls.read((store, signal) => store.getMany([key], signal));
      const envelope = open<ReplyEnvelope<T>>(found?.[0], ownerId, replySeconds * 1_000);
      if (found !== undefined) onRead(envelope !== undefined, performance.now() - start);
      // It has ended, or the database says again that it runs.
      if (envelope === undefined) {
        running.delete(key);
        return undefined;
      }
      return { reply: envelope.value, attempt: envelope.attempt, sequence: envelope.sequence };
    },

    replyRuns(ownerId, replyId) {
      const [oldest] = running;
      if (oldest !== undefined && running.size >= maximumRunning) running.delete(oldest);
      running.add(replyKey(ownerId, replyId));
    },

    async dropReply(ownerId, replyId) {
      const key = replyKey(ownerId, replyId);
      lanes.end(key);
      await calls.atMost(calls.insist((store) => store.set(key, ended, endedSeconds)));
    },
  };
}
