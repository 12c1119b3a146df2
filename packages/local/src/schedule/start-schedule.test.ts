import type { ScheduledEvent } from "aws-lambda";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startSchedule } from "./start-schedule.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("runs after the start and then at its rate, until it is closed", () => {
  const invoke = vi.fn<(event: ScheduledEvent) => Promise<void>>(async () => {});
  const schedule = startSchedule({ name: "sweep", everyMillis: 1000, alsoAfterMillis: [0, 450], invoke });
  vi.advanceTimersByTime(0);
  expect(invoke).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(450);
  expect(invoke).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(2000);
  expect(invoke).toHaveBeenCalledTimes(4);
  expect(invoke.mock.calls[0]?.[0]).toMatchObject({
    source: "aws.events",
    "detail-type": "Scheduled Event",
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    resources: ["arn:aws:events:us-east-1:000000000000:rule/sweep"],
  });
  schedule.close();
  vi.advanceTimersByTime(5000);
  expect(invoke).toHaveBeenCalledTimes(4);
});
