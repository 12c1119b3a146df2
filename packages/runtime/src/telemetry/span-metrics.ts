import type { Histogram, Meter } from "@opentelemetry/api";
import type { Attributes } from "./span.ts";

/** As the semantic conventions advise for each. */
const buckets = {
  request: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
  model: [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
  tokens: [1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576],
};

const dimensions = {
  request: ["http.request.method", "http.route", "http.response.status_code", "error.type"],
  job: ["messaging.system", "messaging.operation.name", "parley.job.kind", "error.type"],
  model: ["gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.request.model", "error.type"],
};

function pick(attributes: Attributes, names: readonly string[]): Attributes {
  return Object.fromEntries(names.map((name) => [name, attributes[name]]));
}

/** Counts a span that has ended, whether it was sampled or not. */
export type RecordSpan = (attributes: Attributes, seconds: number) => void;

/** The metrics that the semantic conventions define for requests, jobs and calls of models. */
export function spanMetrics(meter: Meter): RecordSpan {
  const histogram = (name: string, unit: string, explicitBucketBoundaries: number[]): Histogram =>
    meter.createHistogram(name, { unit, advice: { explicitBucketBoundaries } });
  const requests = histogram("http.server.request.duration", "s", buckets.request);
  const jobs = histogram("messaging.process.duration", "s", buckets.model);
  const calls = histogram("gen_ai.client.operation.duration", "s", buckets.model);
  const tokens = histogram("gen_ai.client.token.usage", "{token}", buckets.tokens);

  return (attributes, seconds) => {
    if (attributes["http.request.method"] !== undefined)
      requests.record(seconds, pick(attributes, dimensions.request));
    if (attributes["messaging.operation.type"] === "process")
      jobs.record(seconds, pick(attributes, dimensions.job));
    if (attributes["gen_ai.operation.name"] === undefined) return;
    const shown = pick(attributes, dimensions.model);
    calls.record(seconds, shown);
    for (const type of ["input", "output"]) {
      const used = attributes[`gen_ai.usage.${type}_tokens`];
      if (typeof used === "number") tokens.record(used, { ...shown, "gen_ai.token.type": type });
    }
  };
}
