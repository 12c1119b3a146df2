import type { AnyFunction } from "../environments.ts";
import type { Stage } from "../stages.ts";

/** They serve files or answer one question of a service: a flush would cost more than it tells. */
const silent = new Set<AnyFunction>([
  "authorizer",
  "console",
  "docs",
  "migrate",
  "post-confirmation",
  "pre-sign-up",
]);

/** What makes a function send traces and metrics; nothing where the stage has no collector. The headers are secret. */
export function telemetryVariables({ telemetry, name }: Stage, of: AnyFunction): Record<string, string> {
  if (telemetry === undefined || silent.has(of)) return {};
  const { endpoint, metrics, serviceName, resourceAttributes, sampler, samplerArgument } = telemetry;
  const attributes = [`deployment.environment.name=${name}`, resourceAttributes].filter(Boolean).join(",");
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_RESOURCE_ATTRIBUTES: attributes,
    ...(metrics !== undefined && { OTEL_METRICS_EXPORTER: metrics }),
    ...(serviceName !== undefined && { OTEL_SERVICE_NAME: serviceName }),
    ...(sampler !== undefined && { OTEL_TRACES_SAMPLER: sampler }),
    ...(samplerArgument !== undefined && { OTEL_TRACES_SAMPLER_ARG: String(samplerArgument) }),
  };
}
