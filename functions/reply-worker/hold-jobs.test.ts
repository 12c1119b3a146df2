import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { holdJobs } from "./hold-jobs.ts";

let asked: { receipts: string[]; seconds: number; atSeconds: number }[];
let begunAt: number;

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  begunAt = Date.now();
});

afterEach(() => {
  vi.useRealTimers();
});

function hold() {
  const queue = {
    async returnIn(receipts: readonly string[], seconds: number) {
      asked.push({ receipts: [...receipts], seconds, atSeconds: (Date.now() - begunAt) / 1000 });
    },
  };
  return holdJobs({ queue, leaseSeconds: 30, holdSeconds: 60 });
}

test("jobs that are done within seconds cost no request", async () => {
  const holding = hold();
  holding.take("quick");
  await vi.advanceTimersByTimeAsync(4_900);
  expect(holding.release("quick")).toBe(false);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toEqual([]);
});

test("what is worked at for longer is held together, well before it would come back", async () => {
  const holding = hold();
  holding.take("slow");
  holding.take("slower");
  await vi.advanceTimersByTimeAsync(20_000);
  holding.take("received", true);
  expect(holding.release("slow")).toBe(true);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(asked).toEqual([
    { receipts: ["slow", "slower"], seconds: 60, atSeconds: 5 },
    { receipts: ["slower", "received"], seconds: 60, atSeconds: 25 },
    { receipts: ["slower", "received"], seconds: 60, atSeconds: 45 },
  ]);
  expect([holding.release("slower"), holding.release("received")]).toEqual([true, true]);
});

test("nothing is asked once it has stopped", async () => {
  const holding = hold();
  holding.take("slow");
  holding.stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toEqual([]);
});
