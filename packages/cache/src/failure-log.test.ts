import { beforeEach, expect, test } from "vitest";
import { createFailureLog, type FailureLog } from "./failure-log.ts";
import { StoreError, tooSlow } from "./store.ts";

let now = 0;
let warnings: unknown[] = [];
let log: FailureLog;

beforeEach(() => {
  now = 0;
  warnings = [];
  log = createFailureLog({ warn: (_message, { code }) => warnings.push([now, code]), now: () => now });
});

function fail(code: string, ...seconds: number[]): void {
  for (const second of seconds) {
    now = second * 1_000;
    log.failed(new StoreError(code));
  }
}

test("slow answers are a warning when none was in time for half a minute", () => {
  fail(tooSlow, 0, 5, 29);
  expect(warnings).toEqual([]);
  fail(tooSlow, 30, 35);
  expect(warnings).toEqual([[30_000, tooSlow]]);
});

test("an answer in time begins the half minute anew", () => {
  fail(tooSlow, 0, 25);
  log.succeeded();
  fail(tooSlow, 31, 60);
  expect(warnings).toEqual([]);
  fail(tooSlow, 61);
  expect(warnings).toEqual([[61_000, tooSlow]]);
});

test("a refusal is a warning at once, and again after a minute", () => {
  fail("AUTHENTICATION_ERROR", 0, 10, 59, 60);
  expect(warnings).toEqual([
    [0, "AUTHENTICATION_ERROR"],
    [60_000, "AUTHENTICATION_ERROR"],
  ]);
});
