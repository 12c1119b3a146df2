import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createDeadlines } from "./deadlines.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const late = { code: "STATEMENT_TIMEOUT" };

/** What became of a promise, as far as it is known. */
function follow(promise: Promise<unknown>): { became: unknown } {
  const seen: { became: unknown } = { became: "nothing" };
  promise.then(
    (value) => {
      seen.became = value;
    },
    (error: unknown) => {
      seen.became = error;
    },
  );
  return seen;
}

it("rejects each when its own time is over, however many run", async () => {
  const inTime = createDeadlines(1_000);
  const done = follow(inTime(Promise.resolve("done")));
  await vi.advanceTimersByTimeAsync(900);
  const first = follow(inTime(Promise.withResolvers().promise));
  await vi.advanceTimersByTimeAsync(600);
  const second = follow(inTime(Promise.withResolvers().promise));
  await vi.advanceTimersByTimeAsync(399);
  expect([done.became, first.became]).toEqual(["done", "nothing"]);
  await vi.advanceTimersByTimeAsync(1);
  expect(first.became).toMatchObject(late);
  await vi.advanceTimersByTimeAsync(599);
  expect(second.became).toBe("nothing");
  await vi.advanceTimersByTimeAsync(1);
  expect(second.became).toMatchObject(late);
});

it("gives what the work gives, and its failure", async () => {
  const inTime = createDeadlines(1_000);
  await expect(inTime(Promise.resolve(7))).resolves.toBe(7);
  await expect(inTime(Promise.reject(new Error("refused")))).rejects.toThrow("refused");
  // Throws where timers follow each other without end.
  await vi.runAllTimersAsync();
});
