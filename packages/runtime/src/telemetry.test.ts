import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type OtlpReceiver, startOtlpReceiver } from "./testing/otlp-receiver.ts";

const remote = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };
const traceparent = `00-${remote.traceId}-${remote.spanId}-01`;
let receiver: OtlpReceiver;

beforeEach(async () => {
  receiver = await startOtlpReceiver();
  vi.resetModules();
  vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url);
  vi.stubEnv("POWERTOOLS_SERVICE_NAME", "messages");
  vi.stubEnv("POWERTOOLS_TRACE_ENABLED", "false");
});

afterEach(async () => {
  vi.unstubAllEnvs();
  vi.resetModules();
  await receiver.close();
});

async function load() {
  const { inSpan, presentTraceparent, flushTelemetry } = await import("./telemetry.ts");
  const { traced } = await import("./tracer.ts");
  return { inSpan, presentTraceparent, flushTelemetry, traced };
}

async function millisOf(work: Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work;
  return performance.now() - startedAt;
}

it("without a collector it only runs the function, and loads nothing", async () => {
  vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", "");
  const { inSpan, presentTraceparent, flushTelemetry } = await load();
  const seen = await inSpan("request", { traceparent }, async (span) => {
    span.set({ a: 1 });
    return presentTraceparent();
  });
  await flushTelemetry(10_000);
  expect([seen, receiver.text()]).toEqual([undefined, ""]);
});

it("spans of work that runs at once keep their own parents, and continue the trace that came", async () => {
  const { inSpan, traced, presentTraceparent, flushTelemetry } = await load();
  const request = (name: string, parent?: string) =>
    inSpan(name, { kind: "server", traceparent: parent }, async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return traced("database", async () => presentTraceparent());
    });
  const [sent] = await Promise.all([
    request("one", traceparent),
    request("two"),
    request("three", "nonsense"),
  ]);
  await flushTelemetry(10_000);
  const byName = (name: string) => receiver.spans.filter((span) => span.name === name);
  const [one, two, three] = ["one", "two", "three"].map((name) => byName(name)[0]);
  expect(one).toMatchObject({
    service: "messages",
    kind: 2,
    traceId: remote.traceId,
    parentSpanId: remote.spanId,
  });
  expect(two?.parentSpanId).toBeUndefined();
  expect(new Set([one, two, three].map((span) => span?.traceId)).size).toBe(3);
  const children = byName("database");
  for (const parent of [one, two, three]) {
    expect(children.filter(({ parentSpanId }) => parentSpanId === parent?.spanId)).toMatchObject([
      { traceId: parent?.traceId },
    ]);
  }
  const child = children.find(({ traceId }) => traceId === remote.traceId);
  expect(sent).toBe(`00-${remote.traceId}-${child?.spanId}-01`);
});

it("a failure is told by its kind and never by its message", async () => {
  const { inSpan, flushTelemetry } = await load();
  const failing = inSpan("job", {}, async () => {
    throw Object.assign(new Error("my diary"), { code: "provider_unavailable" });
  });
  await expect(failing).rejects.toThrow("my diary");
  await flushTelemetry(10_000);
  expect(receiver.spans).toMatchObject([
    { name: "job", status: { code: 2 }, attributes: { "error.type": "provider_unavailable" } },
  ]);
  expect(receiver.text()).not.toContain("diary");
});

it("requests, jobs and calls of models are counted, sampled or not", async () => {
  vi.stubEnv("OTEL_TRACES_SAMPLER", "always_off");
  const { inSpan, presentTraceparent, flushTelemetry } = await load();
  const sent = await inSpan("GET", { attributes: { "http.request.method": "GET" } }, async () =>
    presentTraceparent(),
  );
  await inSpan("chat m", { attributes: { "gen_ai.operation.name": "chat" } }, async (span) =>
    span.set({ "gen_ai.usage.input_tokens": 7 }),
  );
  await flushTelemetry(10_000);
  expect(receiver.spans).toEqual([]);
  // What goes on with the work is not sampled either.
  expect(sent).toMatch(/-00$/);
  expect(receiver.metrics.map(({ name }) => name)).toEqual([
    "http.server.request.duration",
    "gen_ai.client.operation.duration",
    "gen_ai.client.token.usage",
  ]);
});

it("metrics can be left out, attributes and headers are as they are given", async () => {
  vi.stubEnv("OTEL_METRICS_EXPORTER", "none");
  vi.stubEnv("OTEL_SERVICE_NAME", "chat");
  vi.stubEnv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=blue");
  vi.stubEnv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Basic%20a2V5");
  const { inSpan, flushTelemetry } = await load();
  await inSpan("GET", { attributes: { "http.request.method": "GET" } }, async () => {});
  await flushTelemetry(10_000);
  expect([receiver.spans[0]?.service, receiver.metrics]).toEqual(["chat", []]);
  expect(receiver.text()).toContain('"deployment.environment.name","value":{"stringValue":"blue"}');
  expect(receiver.headers[0]).toMatchObject({ authorization: "Basic a2V5" });
  expect(receiver.text()).not.toContain("a2V5");
});

it.each<[string, (present: OtlpReceiver) => void | Promise<void>]>([
  ["does not answer", (present) => present.answer("never")],
  ["refuses", (present) => present.answer(400)],
  ["is not there", (present) => present.close()],
])("a collector that %s costs a second once, and nothing while it is left alone", async (_, breakIt) => {
  await breakIt(receiver);
  const { inSpan, flushTelemetry } = await load();
  await inSpan("GET", {}, async () => {});
  // The exporter by itself would go on for ten seconds, and a server that never answers is never done.
  expect(await millisOf(flushTelemetry(10_000))).toBeLessThan(5_000);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const before = receiver.headers.length;
  const later = Array.from({ length: 20 }, () => inSpan("GET", {}, async () => 7));
  expect(await Promise.all(later)).toEqual(Array(20).fill(7));
  await flushTelemetry(10_000);
  expect(receiver.headers).toHaveLength(before);
});

it("an invocation that has no time left does not wait", async () => {
  const { inSpan, flushTelemetry } = await load();
  await inSpan("GET", {}, async () => {});
  await flushTelemetry(50);
  expect(receiver.headers).toEqual([]);
});
