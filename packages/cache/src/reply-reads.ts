import type { Calls } from "./calls.ts";
import { type Envelope, open, seal } from "./envelope.ts";

/** Where a running reply stands. */
export interface ReplyProgress {
  readonly attempt: number;
  readonly sequence: number;
  /** Epoch milliseconds just before the flush was sent to the database. */
  readonly asOf: number;
}

export interface CachedReply<T> {
  readonly reply: T;
  readonly attempt: number;
  readonly sequence: number;
}

export interface ReplyReads {
  /** Call after each flush that the database accepted. Resolves when stored or at the time limit. */
  writeReply(ownerId: string, reply: { readonly id: string }, progress: ReplyProgress): Promise<void>;
  /** A running reply as of less than 5 s ago, or undefined: ask the database. */
  readReply<T>(ownerId: string, replyId: string): Promise<CachedReply<T> | undefined>;
  /** Call after every commit that ends a reply, whoever made it. From then on it is not served as running. */
  dropReply(ownerId: string, replyId: string): Promise<void>;
}

interface ReplyEnvelope<T> extends Envelope<T> {
  readonly attempt: number;
  readonly sequence: number;
}

interface Lane {
  newest: ReplyProgress;
  pending: string | undefined;
  running: Promise<void> | undefined;
}

const replySeconds = 5;
// Outlives every write that a reader would still accept, so that a paused worker cannot bring an ended reply back.
const endedSeconds = 2 * replySeconds;
const ended = "ended";
const maxLanes = 1_000;

const replyKey = (ownerId: string, replyId: string) => `reply:${ownerId}:${replyId}`;

export function replyReads(calls: Calls): ReplyReads {
  const lanes = new Map<string, Lane>();

  /** One write of a reply at a time, and only the newest of those that wait: two in flight could swap places. */
  async function drain(lane: Lane, key: string): Promise<void> {
    while (lane.pending !== undefined) {
      const text = lane.pending;
      lane.pending = undefined;
      await calls.write((store) => store.setUnless(ended, key, text, replySeconds));
    }
    lane.running = undefined;
  }

  function laneOf(key: string, progress: ReplyProgress): Lane | undefined {
    const lane = lanes.get(key) ?? { newest: progress, pending: undefined, running: undefined };
    if (lanes.has(key) && !isLater(progress, lane.newest)) return undefined;
    lane.newest = progress;
    // Inserted again as the youngest: replies that nobody dropped here are forgotten in order of their last write.
    lanes.delete(key);
    lanes.set(key, lane);
    for (const oldest of lanes.keys()) {
      if (lanes.size <= maxLanes) break;
      lanes.delete(oldest);
    }
    return lane;
  }

  return {
    async writeReply(ownerId, reply, progress) {
      const key = replyKey(ownerId, reply.id);
      const lane = laneOf(key, progress);
      if (lane === undefined) return;
      const envelope: ReplyEnvelope<unknown> = { ownerId, ...progress, value: reply };
      lane.pending = seal(envelope);
      if (lane.pending === undefined) return;
      lane.running ??= drain(lane, key);
      await calls.atMost(lane.running);
    },

    async readReply<T>(ownerId: string, replyId: string) {
      const found = await calls.read((store, signal) => store.getMany([replyKey(ownerId, replyId)], signal));
      const envelope = open<ReplyEnvelope<T>>(found?.[0], ownerId, replySeconds * 1_000);
      if (envelope === undefined) return undefined;
      return { reply: envelope.value, attempt: envelope.attempt, sequence: envelope.sequence };
    },

    async dropReply(ownerId, replyId) {
      const key = replyKey(ownerId, replyId);
      const lane = lanes.get(key);
      if (lane !== undefined) lane.pending = undefined;
      lanes.delete(key);
      await calls.atMost(calls.insist((store) => store.set(key, ended, endedSeconds)));
    },
  };
}

function isLater(progress: ReplyProgress, than: ReplyProgress): boolean {
  if (progress.attempt !== than.attempt) return progress.attempt > than.attempt;
  return progress.sequence > than.sequence;
}
