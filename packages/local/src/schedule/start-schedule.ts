import { randomUUID } from "node:crypto";
import type { ScheduledEvent } from "aws-lambda";

export interface ScheduleOptions {
  readonly name: string;
  readonly everyMillis: number;
  /**
   * Runs beyond the rate, counted from the start. AWS has none; they stand for what the local queue forgot when the
   * stack was stopped.
   */
  readonly alsoAfterMillis: readonly number[];
  /** Never rejects. */
  invoke(event: ScheduledEvent): Promise<unknown>;
}

function scheduledEvent(name: string): ScheduledEvent {
  return {
    version: "0",
    id: randomUUID(),
    "detail-type": "Scheduled Event",
    source: "aws.events",
    account: "000000000000",
    time: new Date().toISOString().replace(/\.\d+Z$/, "Z"),
    region: "us-east-1",
    resources: [`arn:aws:events:us-east-1:000000000000:rule/${name}`],
    detail: {},
  };
}

/** An EventBridge rule with a rate. */
export function startSchedule(options: ScheduleOptions): { close(): void } {
  const run = () => void options.invoke(scheduledEvent(options.name));
  const first = options.alsoAfterMillis.map((millis) => setTimeout(run, millis));
  const rate = setInterval(run, options.everyMillis);
  return {
    close: () => {
      clearInterval(rate);
      first.forEach(clearTimeout);
    },
  };
}
