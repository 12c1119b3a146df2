import { randomUUID } from "node:crypto";
import { createDeadlineHeap, type Deadline } from "./deadline-heap.ts";
import { createFairBacklog } from "./fair-backlog.ts";
import type { MessageContent } from "./message.ts";

/** Milliseconds since the epoch. */
export type Clock = () => number;

/** The default of SQS: a message that nobody deletes is kept for four days. */
const RETENTION_MILLIS = 4 * 24 * 3_600_000;

/** A message inside a queue. Only the queue changes it. Times in ms since the epoch. */
export interface QueuedMessage extends Deadline {
  readonly id: string;
  readonly content: MessageContent;
  readonly sentAt: number;
  readonly deadLetterSourceArn?: string;
  state: "delayed" | "ready" | "in-flight" | "gone";
  receiveCount: number;
  firstReceivedAt: number;
}

interface MessageCounts {
  ready: number;
  delayed: number;
  inFlight: number;
}

/** One standard queue in memory, without sockets or timers. A receipt is the receive count it was handed out with. */
export interface Queue {
  send(content: MessageContent, delaySeconds: number): QueuedMessage;
  /** Takes over a message that another queue gave up on. It keeps its id and the time it was sent. */
  adopt(message: QueuedMessage, sourceArn: string): void;
  /** Up to `limit` visible messages, hidden for `visibilityTimeoutSeconds`; exhausted ones are redriven instead. */
  take(limit: number, visibilityTimeoutSeconds: number): QueuedMessage[];
  /** A stale receipt or an unknown id changes nothing, as in SQS. */
  remove(id: string, receipt: number): void;
  hide(id: string, receipt: number, seconds: number): "hidden" | "unknown" | "not-in-flight";
  /** When the next delayed or hidden message becomes visible. */
  nextDueAt(): number | undefined;
  counts(): MessageCounts;
}

export interface QueueOptions {
  clock: Clock;
  /** What becomes of a message that was received `maxReceiveCount` times; without it, it is delivered again. */
  redrive?: { maxReceiveCount: number; move: (message: QueuedMessage) => void };
}

const NO_GROUP = "";

/** Every operation takes O(log n) of the messages that are delayed or in flight, per message. */
export function createQueue({ clock, redrive }: QueueOptions): Queue {
  const messages = new Map<string, QueuedMessage>();
  const backlog = createFairBacklog<QueuedMessage>();
  const deadlines = createDeadlineHeap<QueuedMessage>();
  let delayed = 0;

  function makeReady(message: QueuedMessage): void {
    if (message.state === "delayed") delayed -= 1;
    message.state = "ready";
    backlog.push(message.content.groupId ?? NO_GROUP, message);
  }

  function releaseDue(now: number): void {
    for (let next = deadlines.peek(); next !== undefined && next.dueAt <= now; next = deadlines.peek()) {
      deadlines.remove(next);
      makeReady(next);
    }
  }

  function insert(message: QueuedMessage): void {
    messages.set(message.id, message);
    if (message.state === "ready") {
      makeReady(message);
    } else {
      delayed += 1;
      deadlines.add(message);
    }
  }

  function forget(message: QueuedMessage): void {
    if (message.state === "delayed") delayed -= 1;
    deadlines.remove(message);
    // A ready message stays in the backlog until its turn comes, and is skipped then.
    message.state = "gone";
    messages.delete(message.id);
  }

  function isDeliverable(message: QueuedMessage, now: number): boolean {
    if (message.state === "gone") return false;
    if (now - message.sentAt > RETENTION_MILLIS) {
      forget(message);
      return false;
    }
    if (redrive === undefined || message.receiveCount < redrive.maxReceiveCount) return true;
    redrive.move(message);
    forget(message);
    return false;
  }

  return {
    send: (content, delaySeconds) => {
      const sentAt = clock();
      const state = delaySeconds > 0 ? "delayed" : "ready";
      const dueAt = sentAt + delaySeconds * 1000;
      const fresh = { receiveCount: 0, firstReceivedAt: 0, heapIndex: -1 } as const;
      const message: QueuedMessage = { id: randomUUID(), content, sentAt, state, dueAt, ...fresh };
      insert(message);
      return message;
    },
    adopt: (message, sourceArn) => {
      const fresh = { receiveCount: 0, firstReceivedAt: 0, heapIndex: -1, state: "ready" } as const;
      insert({ ...message, ...fresh, deadLetterSourceArn: sourceArn });
    },
    take: (limit, visibilityTimeoutSeconds) => {
      const now = clock();
      releaseDue(now);
      const taken: QueuedMessage[] = [];
      while (taken.length < limit) {
        const message = backlog.take();
        if (message === undefined) break;
        if (!isDeliverable(message, now)) continue;
        message.receiveCount += 1;
        if (message.receiveCount === 1) message.firstReceivedAt = now;
        message.state = "in-flight";
        message.dueAt = now + visibilityTimeoutSeconds * 1000;
        taken.push(message);
      }
      // Afterwards, so that a visibility timeout of 0 cannot hand out one message twice in one call.
      for (const message of taken) deadlines.add(message);
      return taken;
    },
    remove: (id, receipt) => {
      const message = messages.get(id);
      if (message !== undefined && message.receiveCount === receipt) forget(message);
    },
    hide: (id, receipt, seconds) => {
      releaseDue(clock());
      const message = messages.get(id);
      if (message === undefined || message.receiveCount !== receipt) return "unknown";
      if (message.state !== "in-flight") return "not-in-flight";
      deadlines.remove(message);
      message.dueAt = clock() + seconds * 1000;
      deadlines.add(message);
      return "hidden";
    },
    nextDueAt: () => deadlines.peek()?.dueAt,
    counts: () => {
      releaseDue(clock());
      return { delayed, inFlight: deadlines.size - delayed, ready: messages.size - deadlines.size };
    },
  };
}
