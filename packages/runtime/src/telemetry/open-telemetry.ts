import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import {
  type Context,
  type Span as OtelSpan,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  type SpanOptions,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { parseTraceParent } from "@opentelemetry/core";
import {
  defaultResource,
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
} from "@opentelemetry/resources";
import { TracerProvider } from "@opentelemetry/sdk-trace";
import {
  OTEL_METRICS_EXPORTER,
  OTEL_TRACES_SAMPLER,
  OTEL_TRACES_SAMPLER_ARG,
} from "@parley/settings/definitions";
import { describeError } from "../describe-error.ts";
import { environmentVariable, readEnvironment } from "../environment.ts";
import { openMetrics, spanProcessor } from "./exporters.ts";
import { samplerOf } from "./sampler.ts";
import type { Attributes, SpanAbout, Telemetry } from "./span.ts";
import { spanMetrics } from "./span-metrics.ts";

const kinds = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

/** The function is the service, unless OTEL_SERVICE_NAME or OTEL_RESOURCE_ATTRIBUTES say otherwise. */
function presentResource() {
  const detectors = [resourceAttributesEnvDetector, serviceNameEnvDetector];
  const own = resourceFromAttributes({
    "service.name": environmentVariable("POWERTOOLS_SERVICE_NAME") ?? "parley",
    "service.namespace": "parley",
    // Each environment counts for itself.
    "service.instance.id": randomUUID(),
    "faas.name": environmentVariable("AWS_LAMBDA_FUNCTION_NAME"),
  });
  return defaultResource().merge(own).merge(detectResources({ detectors }));
}

/** What is malformed counts as absent. */
function remoteOf(traceparent: string | undefined): SpanContext | undefined {
  const parent = traceparent === undefined ? null : parseTraceParent(traceparent);
  return parent === null ? undefined : { ...parent, isRemote: true };
}

function optionsOf({ kind, attributes, links = [] }: SpanAbout): SpanOptions {
  return {
    ...(kind !== undefined && { kind: kinds[kind] }),
    ...(attributes !== undefined && { attributes: { ...attributes } }),
    links: links.flatMap((link) => remoteOf(link) ?? []).map((context) => ({ context })),
  };
}

/** Its kind and code, never its message. */
function fail(span: OtelSpan, error: unknown): Attributes {
  const { code, name } = describeError(error);
  const attributes = { "error.type": code ?? name };
  span.setAttributes(attributes);
  span.setStatus({ code: SpanStatusCode.ERROR });
  return attributes;
}

/** Resolves when all are settled or the time is over. */
function settledWithin(millis: number, work: readonly Promise<unknown>[]): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, millis);
    void Promise.allSettled(work).then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/**
 * Spans and metrics by OTLP/HTTP. Nothing is registered globally: instrumentation that a dependency brings, which could
 * record text, finds nobody to tell.
 * @throws Error with one sentence when a setting is malformed
 */
export async function createTelemetry(): Promise<Telemetry> {
  const settings = readEnvironment({ OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG, OTEL_METRICS_EXPORTER });
  const resource = presentResource();
  const provider = new TracerProvider({
    resource,
    sampler: samplerOf(settings.OTEL_TRACES_SAMPLER, settings.OTEL_TRACES_SAMPLER_ARG),
    spanProcessors: [spanProcessor()],
  });
  const tracer = provider.getTracer("parley");
  const metrics = settings.OTEL_METRICS_EXPORTER === "none" ? undefined : openMetrics(resource);
  const recordSpan = metrics && spanMetrics(metrics.getMeter("parley"));
  const contexts = new AsyncLocalStorage<Context>();

  async function inSpan<T>(name: string, about: SpanAbout, run: Parameters<Telemetry["inSpan"]>[2]) {
    const remote = remoteOf(about.traceparent);
    const around = contexts.getStore() ?? ROOT_CONTEXT;
    const context = remote === undefined ? around : trace.setSpanContext(around, remote);
    const span = tracer.startSpan(about.name ?? name, optionsOf(about), context);
    const startedAt = performance.now();
    let known: Attributes = about.attributes ?? {};
    const handle = {
      set(more: Attributes) {
        known = { ...known, ...more };
        span.setAttributes({ ...more });
        if (more["error.type"] !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
      },
    };
    try {
      return (await contexts.run(trace.setSpan(context, span), () => run(handle))) as T;
    } catch (error) {
      known = { ...known, ...fail(span, error) };
      throw error;
    } finally {
      span.end();
      recordSpan?.(known, (performance.now() - startedAt) / 1_000);
    }
  }

  return {
    inSpan,
    traceparent() {
      const context = contexts.getStore();
      const present = context && trace.getSpanContext(context);
      if (present === undefined) return undefined;
      const flags = present.traceFlags.toString(16).padStart(2, "0");
      return `00-${present.traceId}-${present.spanId}-${flags}`;
    },
    async flush(millis) {
      if (millis <= 0) return;
      await settledWithin(millis, [provider.forceFlush(), metrics?.forceFlush() ?? Promise.resolve()]);
    },
  };
}
