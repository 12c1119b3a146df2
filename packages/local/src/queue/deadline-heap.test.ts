import { describe, expect, it } from "vitest";
import { createDeadlineHeap, type Deadline } from "./deadline-heap.ts";

function drain(heap: ReturnType<typeof createDeadlineHeap<Deadline>>): number[] {
  const order: number[] = [];
  for (let next = heap.peek(); next !== undefined; next = heap.peek()) {
    order.push(next.dueAt);
    heap.remove(next);
  }
  return order;
}

describe("createDeadlineHeap", () => {
  it("gives elements in order of their deadline, with others removed from the middle", () => {
    const heap = createDeadlineHeap<Deadline>();
    // A fixed linear congruential sequence: many different orders, the same in every run.
    let seed = 7;
    const elements = Array.from({ length: 2_000 }, () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return { dueAt: seed % 500, heapIndex: -1 };
    });
    for (const element of elements) heap.add(element);
    const kept = elements.filter((_, index) => index % 3 !== 0);
    for (const element of elements.filter((_, index) => index % 3 === 0)) heap.remove(element);
    expect(heap.size).toBe(kept.length);
    expect(drain(heap)).toEqual(kept.map((element) => element.dueAt).sort((one, other) => one - other));
  });

  it("ignores the removal of an element that is not in it", () => {
    const heap = createDeadlineHeap<Deadline>();
    const [first, second] = [1, 2].map((dueAt) => ({ dueAt, heapIndex: -1 })) as [Deadline, Deadline];
    heap.add(first);
    heap.remove(second);
    heap.remove(first);
    heap.remove(first);
    heap.add(second);
    expect(drain(heap)).toEqual([2]);
  });
});
