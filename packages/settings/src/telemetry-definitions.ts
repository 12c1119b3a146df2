import { choice, number, pairs, text, url } from "./setting.ts";

// Telemetry, by OpenTelemetry's own names.

export const OTEL_EXPORTER_OTLP_ENDPOINT = /* @__PURE__ */ url({
  text: "Where traces and metrics go by OTLP over HTTP; without it none are made",
  example: "http://localhost:4318",
});
export const OTEL_EXPORTER_OTLP_HEADERS = /* @__PURE__ */ pairs({
  text: "Headers that it wants, such as a key: key=value, separated by commas, values percent-encoded",
  value: /[^,]*/,
  example: "authorization=Basic%20...",
});
export const OTEL_METRICS_EXPORTER = /* @__PURE__ */ choice({
  text: "none where it takes traces only",
  words: ["otlp", "none"],
  default: "otlp",
});
export const OTEL_SERVICE_NAME = /* @__PURE__ */ text({
  text: "Name of the service that all functions are; without it each is one of its own",
});
export const OTEL_RESOURCE_ATTRIBUTES = /* @__PURE__ */ pairs({
  text: "Attributes of all traces and metrics: key=value, separated by commas",
  value: /[^=,]*/,
  example: "deployment.environment.name=local",
});
export const OTEL_TRACES_SAMPLER = /* @__PURE__ */ choice({
  text: "Which traces are sent; with parentbased a client's traceparent decides first",
  words: [
    "always_on",
    "always_off",
    "traceidratio",
    "parentbased_always_on",
    "parentbased_always_off",
    "parentbased_traceidratio",
  ],
  default: "parentbased_always_on",
});
export const OTEL_TRACES_SAMPLER_ARG = /* @__PURE__ */ number({
  text: "Share of the traces that a ratio sends",
  minimum: 0,
  maximum: 1,
  default: 1,
});
