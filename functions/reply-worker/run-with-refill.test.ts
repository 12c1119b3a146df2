import type { Delivery } from "@parley/jobs/reply-source";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { maxAtOnce, runWithRefill } from "./run-with-refill.ts";

const replyMillis = 10_000;
let begun: number[];
let running: number;
let maxRunning: number;
let waiting: Delivery[];
let asked: number[];

async function receive(limit: number): Promise<Delivery[]> {
  asked.push(limit);
  return waiting.splice(0, limit);
}

beforeEach(() => {
  vi.useFakeTimers();
  begun = [];
  asked = [];
  running = 0;
  maxRunning = 0;
  waiting = [];
});

afterEach(() => {
  vi.useRealTimers();
});

async function reply(millis = replyMillis): Promise<void> {
  begun.push(Date.now());
  running++;
  maxRunning = Math.max(maxRunning, running);
  await new Promise((resolve) => setTimeout(resolve, millis));
  running--;
}

function deliveries(count: number): Delivery[] {
  return Array.from({ length: count }, (_, index) => ({
    messageId: `m${index}`,
    body: "{}",
    receiptHandle: `r${index}`,
    receiveCount: 1,
  }));
}

async function runFor(first: readonly Promise<void>[], millisOfRefill: number): Promise<number> {
  const start = Date.now();
  const done = runWithRefill(first, { receive, run: () => reply(), until: start + millisOfRefill });
  let isDone = false;
  void done.then(() => {
    isDone = true;
  });
  while (!isDone) await vi.advanceTimersByTimeAsync(100);
  return Date.now() - start;
}

test("one slow reply has nine waiting ones join it, and they end together", async () => {
  waiting = deliveries(9);
  expect(await runFor([reply()], 60_000)).toBeLessThanOrEqual(replyMillis + 1_000);
  expect([begun.length, maxRunning]).toEqual([10, 10]);
});

test("never more than ten run, and a slot that comes free is filled while there is a backlog", async () => {
  waiting = deliveries(25);
  const millis = await runFor([reply(1_000), reply()], 60_000);
  expect([begun.length, maxRunning]).toEqual([27, maxAtOnce]);
  expect(Math.max(...asked)).toBeLessThanOrEqual(maxAtOnce);
  expect(millis).toBeLessThanOrEqual(3 * replyMillis + 1_000);
});

test("nothing is begun once the time for it is over", async () => {
  waiting = deliveries(9);
  await runFor([reply()], 400);
  expect([begun.length, waiting.length]).toEqual([1, 9]);
});

test("quick replies read nothing, and slow ones read an empty queue less and less", async () => {
  await runFor([reply(300)], 60_000);
  expect(asked).toEqual([]);
  await runFor([reply(60_000)], 60_000);
  expect(asked.length).toBeGreaterThan(3);
  expect(asked.length).toBeLessThan(15);
});
