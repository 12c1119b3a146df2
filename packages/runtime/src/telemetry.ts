import { describeError } from "./describe-error.ts";
import { environmentVariable } from "./environment.ts";
import { logger } from "./logger.ts";
import type { Span, SpanAbout, Telemetry } from "./telemetry/span.ts";

/** Read once: it is looked at several times a request. */
const isOn = environmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT") !== undefined;
/** What an invocation waits at most for a collector. */
const flushMillis = 1_000;
/** Kept back of an invocation's time for its answer. */
const reserveMillis = 100;

const noSpan: Span = { set() {} };

let opened: Telemetry | undefined;
let opening: Promise<void> | undefined;

/** Loads OpenTelemetry, where a collector is configured; beside what the caller does next. Never rejects. */
export function openTelemetry(): Promise<void> {
  if (!isOn) return Promise.resolve();
  opening ??= import("./telemetry/open-telemetry.ts")
    .then(async (module) => {
      opened = await module.createTelemetry();
    })
    .catch((error: unknown) => logger.error("telemetry is off", { error: describeError(error) }));
  return opening;
}

/** Runs `run` inside a span of OpenTelemetry; without a collector it only runs it. */
export async function inSpan<T>(name: string, about: SpanAbout, run: (span: Span) => Promise<T>): Promise<T> {
  if (isOn && opened === undefined) await openTelemetry();
  return opened === undefined ? run(noSpan) : opened.inSpan(name, about, run);
}

/** The W3C trace context of the present span, to be sent with what others go on with. */
export function presentTraceparent(): string | undefined {
  return opened?.traceparent();
}

/**
 * Sends what there is, before Lambda freezes the environment. Never rejects; a collector that does not answer costs a
 * second, and then nothing for a while.
 */
export async function flushTelemetry(remainingMillis: number): Promise<void> {
  await opened?.flush(Math.min(flushMillis, remainingMillis - reserveMillis));
}
