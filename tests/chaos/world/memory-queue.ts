import { randomUUID } from "node:crypto";
import type { ReplyJob } from "@parley/jobs/reply-job";
import type { ReplyQueue } from "@parley/jobs/reply-queue";
import type { ReplySource } from "@parley/jobs/reply-source";
import type { SQSRecord } from "aws-lambda";

interface Kept {
  readonly id: string;
  readonly body: string;
  visibleAt: number;
  receives: number;
}

export interface MemoryQueue extends ReplyQueue, ReplySource {
  /** What is visible now, up to ten; invisible from then on until deleted, for longer than any test takes. */
  take(): SQSRecord[];
  delete(id: string): void;
  /** Puts a body into the queue as it is. */
  put(body: string): void;
  /** Every body that is in the queue, visible or not. */
  bodies(): string[];
  clear(): void;
}

/** How long one second of the queue takes here: recovery is the same, and nobody has the time. */
const millisPerSecond = 200;
const visibilitySeconds = 5_400;

/** The queue's promises kept in memory: delays, visibility, at least once. */
export function createMemoryQueue(): MemoryQueue {
  const kept = new Map<string, Kept>();
  const put = (body: string, delaySeconds = 0) => {
    const id = randomUUID();
    kept.set(id, { id, body, receives: 0, visibleAt: Date.now() + delaySeconds * millisPerSecond });
  };
  const send = (job: ReplyJob, delaySeconds: number) => put(JSON.stringify(job), delaySeconds);
  function takeVisible(limit: number, seconds: number): Kept[] {
    const visible = [...kept.values()].filter(({ visibleAt }) => visibleAt <= Date.now()).slice(0, limit);
    for (const message of visible) {
      message.receives += 1;
      message.visibleAt = Date.now() + seconds * millisPerSecond;
    }
    return visible;
  }
  return {
    checkDelaySeconds: 3,
    async enqueueReply(target) {
      send({ ...target, kind: "run" }, 0);
      send({ ...target, kind: "check" }, 3);
      return true;
    },
    enqueueCheck: async (target, delaySeconds) => send({ ...target, kind: "check" }, delaySeconds),
    async returnIn(ids, seconds) {
      for (const id of ids) {
        const message = kept.get(id);
        if (message !== undefined) message.visibleAt = Date.now() + seconds * millisPerSecond;
      }
    },
    warm() {},
    put,
    async receive(limit, seconds) {
      return takeVisible(limit, seconds).map(({ id, body, receives }) => ({
        messageId: id,
        receiptHandle: id,
        body,
        receiveCount: receives,
      }));
    },
    remove: async (id) => void kept.delete(id),
    take() {
      return takeVisible(10, visibilitySeconds).map(({ id, body, receives }) => {
        const attributes = { ApproximateReceiveCount: String(receives) };
        return { messageId: id, receiptHandle: id, body, attributes } as SQSRecord;
      });
    },
    delete: (id) => void kept.delete(id),
    bodies: () => [...kept.values()].map(({ body }) => body),
    clear: () => kept.clear(),
  };
}
