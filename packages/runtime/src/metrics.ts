import type { Metrics } from "@aws-lambda-powertools/metrics";
import type { MetricUnit } from "@aws-lambda-powertools/metrics/types";

const namespace = "Parley";

let loading: Promise<Metrics> | undefined;

function loadMetrics(): Promise<Metrics> {
  loading ??= import("@aws-lambda-powertools/metrics").then((module) => new module.Metrics({ namespace }));
  return loading;
}

export interface Measurement {
  name: string;
  unit: MetricUnit;
  value: number;
}

/**
 * Writes measurements as one EMF line, which CloudWatch turns into metrics: no call is made.
 * @param dimensions few and of few values each (model, status): every combination is billed as a metric.
 */
export async function recordMetrics(
  measurements: readonly Measurement[],
  dimensions: Readonly<Record<string, string>> = {},
): Promise<void> {
  const metrics = await loadMetrics();
  metrics.addDimensions(dimensions);
  for (const { name, unit, value } of measurements) metrics.addMetric(name, unit, value);
  metrics.publishStoredMetrics();
}
