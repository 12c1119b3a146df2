import { parseKeyPairsIntoRecord } from "@opentelemetry/core";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import type { Resource } from "@opentelemetry/resources";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { BatchSpanProcessor } from "@opentelemetry/sdk-trace";
import { loadSecrets, refreshSecrets } from "../secrets.ts";
import { guardExport } from "./guard-export.ts";

/** Less than the exporter's first pause between two attempts, so that it makes one: the next flush is the next attempt. */
const timeoutMillis = 750;

const options = {
  timeoutMillis,
  headers: async () => parseKeyPairsIntoRecord((await loadSecrets()).otlpHeaders),
};

/** Batches spans; those of an invocation are sent at its end, those of a long one every five seconds as well. */
export function spanProcessor(): BatchSpanProcessor {
  const exporter = new OTLPTraceExporter(options);
  const guard = { signal: "traces", refused: refreshSecrets };
  exporter.export = guardExport(exporter.export.bind(exporter), guard);
  return new BatchSpanProcessor({ exporter });
}

/** Metrics of an environment since it began. */
export function openMetrics(resource: Resource): MeterProvider {
  const exporter = new OTLPMetricExporter(options);
  const guard = { signal: "metrics", refused: refreshSecrets };
  exporter.export = guardExport(exporter.export.bind(exporter), guard);
  return new MeterProvider({ resource, readers: [new PeriodicExportingMetricReader({ exporter })] });
}
