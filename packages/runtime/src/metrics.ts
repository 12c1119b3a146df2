import type { Metrics } from "@aws-lambda-powertools/metrics";
import type { MetricUnit } from "@aws-lambda-powertools/metrics/types";
import { environmentVariable } from "./environment.ts";

/** A deployment sets it with its stage. */
const namespace = () => environmentVariable("POWERTOOLS_METRICS_NAMESPACE") ?? "Parley";

let loading: Promise<Metrics> | undefined;

function loadMetrics(): Promise<Metrics> {
  loading ??= import("@aws-lambda-powertools/metrics").then(
    (module) => new module.Metrics({ namespace: namespace() }),
  );
  return loading;
}

export interface Measurement {
  name: string;
  unit: MetricUnit;
  value: number;
}

/**
 * Writes measurements as one EMF line, which CloudWatch turns into metrics: no call is made. Their only dimension is the
 * function; each function's metric of a name is billed as one.
 * @param measurements up to a hundred of a name
 */
export async function recordMetrics(measurements: readonly Measurement[]): Promise<void> {
  const metrics = await loadMetrics();
  for (const { name, unit, value } of measurements) metrics.addMetric(name, unit, value);
  // The hundredth value of a name has published what there was.
  if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
}
