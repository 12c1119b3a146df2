import { describe, expect, it } from "vitest";
import { createQueue, type Queue, type QueuedMessage } from "./queue.ts";

interface Bench {
  queue: Queue;
  exhausted: QueuedMessage[];
  advance(seconds: number): void;
}

function bench(maxReceiveCount?: number): Bench {
  let now = 1_000_000;
  const exhausted: QueuedMessage[] = [];
  const queue = createQueue({
    clock: () => now,
    ...(maxReceiveCount !== undefined && {
      redrive: { maxReceiveCount, move: (message: QueuedMessage) => void exhausted.push(message) },
    }),
  });
  const advance = (seconds: number): void => {
    now += seconds * 1000;
  };
  return { queue, exhausted, advance };
}

const content = (body: string, groupId?: string) => ({
  body,
  attributes: {},
  ...(groupId !== undefined && { groupId }),
});
const bodies = (messages: QueuedMessage[]): string[] => messages.map((message) => message.content.body);

function only(messages: QueuedMessage[]): QueuedMessage {
  const [message] = messages;
  if (message === undefined || messages.length !== 1)
    throw new Error(`${messages.length} messages instead of one`);
  return message;
}

describe("createQueue", () => {
  it("gives messages in the order they came and hides them for the visibility timeout", () => {
    const { queue, advance } = bench();
    for (const body of ["a", "b", "c"]) queue.send(content(body), 0);
    expect(bodies(queue.take(2, 30))).toEqual(["a", "b"]);
    expect(bodies(queue.take(10, 10))).toEqual(["c"]);
    expect(queue.nextDueAt()).toBe(1_010_000);
    advance(10);
    expect(bodies(queue.take(10, 30))).toEqual(["c"]);
    advance(20);
    expect(bodies(queue.take(10, 30)).sort()).toEqual(["a", "b"]);
  });

  it("holds a delayed message back until it is due", () => {
    const { queue, advance } = bench();
    queue.send(content("later"), 45);
    advance(44.9);
    expect(queue.take(1, 30)).toEqual([]);
    expect(queue.counts()).toEqual({ ready: 0, delayed: 1, inFlight: 0 });
    advance(0.1);
    expect(bodies(queue.take(1, 30))).toEqual(["later"]);
    expect(queue.counts()).toEqual({ ready: 0, delayed: 0, inFlight: 1 });
  });

  it("counts receives and keeps the first one's time", () => {
    const { queue, advance } = bench();
    queue.send(content("a"), 0);
    const first = only(queue.take(1, 5));
    expect(first).toMatchObject({ receiveCount: 1, firstReceivedAt: 1_000_000 });
    advance(5);
    expect(only(queue.take(1, 5))).toMatchObject({
      id: first.id,
      receiveCount: 2,
      firstReceivedAt: 1_000_000,
    });
  });

  it("deletes in flight or visible again, but not with the receipt of an earlier receive", () => {
    const { queue, advance } = bench();
    const { id } = queue.send(content("a"), 0);
    queue.take(1, 1);
    advance(1);
    queue.take(1, 1);
    queue.remove(id, 1);
    expect(queue.counts().inFlight).toBe(1);
    advance(1);
    expect(queue.counts().ready).toBe(1);
    queue.remove(id, 2);
    expect(queue.counts()).toEqual({ ready: 0, delayed: 0, inFlight: 0 });
    expect(queue.take(1, 1)).toEqual([]);
  });

  it("changes visibility only of the receive in flight", () => {
    const { queue, advance } = bench();
    const { id } = queue.send(content("a"), 0);
    expect(queue.hide(id, 1, 10)).toBe("unknown");
    queue.take(1, 5);
    expect(queue.hide(id, 1, 60)).toBe("hidden");
    advance(59);
    expect(queue.take(1, 5)).toEqual([]);
    expect(queue.hide(id, 1, 0)).toBe("hidden");
    expect(queue.hide(id, 1, 0)).toBe("not-in-flight");
    expect(bodies(queue.take(1, 5))).toEqual(["a"]);
    expect(queue.hide(id, 1, 0)).toBe("unknown");
  });

  it("does not hand out a message twice in one take with a visibility timeout of 0", () => {
    const { queue } = bench();
    queue.send(content("a"), 0);
    expect(queue.take(10, 0)).toHaveLength(1);
    expect(queue.take(10, 0)).toHaveLength(1);
  });

  it("redrives a message that was received too often", () => {
    const { queue, exhausted, advance } = bench(2);
    queue.send(content("poison"), 0);
    for (let receive = 0; receive < 2; receive += 1) {
      expect(bodies(queue.take(1, 1))).toEqual(["poison"]);
      advance(1);
    }
    queue.send(content("fine"), 0);
    expect(bodies(queue.take(10, 1))).toEqual(["fine"]);
    expect(bodies(exhausted)).toEqual(["poison"]);
    expect(queue.counts()).toEqual({ ready: 0, delayed: 0, inFlight: 1 });
  });

  it("rotates between groups, so that a noisy one does not hold up the others", () => {
    const { queue } = bench();
    for (let index = 0; index < 1000; index += 1) queue.send(content(`noisy ${index}`, "noisy"), 0);
    queue.send(content("quiet 0", "quiet"), 0);
    queue.send(content("quiet 1", "quiet"), 0);
    queue.send(content("no group"), 0);
    expect(bodies(queue.take(6, 30))).toEqual([
      "noisy 0",
      "quiet 0",
      "no group",
      "noisy 1",
      "quiet 1",
      "noisy 2",
    ]);
    // No order is kept within a group: its next message comes while an earlier one is in flight.
    expect(bodies(queue.take(1, 30))).toEqual(["noisy 3"]);
  });

  it("drops messages older than the retention period", () => {
    const { queue, advance } = bench();
    queue.send(content("old"), 0);
    advance(345_601);
    queue.send(content("new"), 0);
    expect(bodies(queue.take(10, 30))).toEqual(["new"]);
  });

  it("stays quick with 100 000 messages in flight", () => {
    const { queue } = bench();
    for (let index = 0; index < 100_000; index += 1) queue.send(content("x", `user ${index % 100}`), 0);
    const taken = Array.from({ length: 10_000 }, () => queue.take(10, 3600)).flat();
    for (const message of taken) queue.remove(message.id, message.receiveCount);
    expect(taken).toHaveLength(100_000);
    expect(new Set(taken.map((message) => message.id)).size).toBe(100_000);
    expect(queue.nextDueAt()).toBeUndefined();
  });
});
