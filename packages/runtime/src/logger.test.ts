import { Logger } from "@aws-lambda-powertools/logger";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

let written: { out: string[]; err: string[] };

beforeEach(() => {
  written = { out: [], err: [] };
  const keep = (lines: string[]) => (chunk: unknown) => lines.push(String(chunk)) > 0;
  vi.spyOn(process.stdout, "write").mockImplementation(keep(written.out));
  vi.spyOn(process.stderr, "write").mockImplementation(keep(written.err));
  vi.useFakeTimers({ now: new Date("2026-11-21T09:30:00.123Z"), toFake: ["Date"] });
  vi.resetModules();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const attributes = {
  status: 202,
  isNew: false,
  none: null,
  unknown: undefined,
  empty: "",
  zero: 0,
  codes: ["a", "b"],
  error: { name: "PostgresError", code: "42P01" },
};

it.each([
  ["debug", "out"],
  ["info", "out"],
  ["warn", "err"],
  ["error", "err"],
] as const)("writes what Powertools' logger would at level %s, to std%s", async (level, stream) => {
  vi.stubEnv("POWERTOOLS_SERVICE_NAME", "messages");
  vi.stubEnv("POWERTOOLS_LOG_LEVEL", "DEBUG");
  vi.stubEnv(
    "_X_AMZN_TRACE_ID",
    "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0",
  );
  const { addLogKeys, logger, startLogScope } = await import("./logger.ts");
  startLogScope({ requestId: "request-1" });
  addLogKeys({ userId: "user-1", attempt: 2 });
  logger[level]("request", attributes);
  const theirs = new Logger();
  theirs.appendKeys({ requestId: "request-1", userId: "user-1", attempt: 2 });
  theirs[level]("request", attributes);
  expect(written[stream]).toHaveLength(2);
  expect(written[stream][0]).toBe(written[stream][1]);
  expect(written[stream][0]).toContain('"xray_trace_id":"1-5759e988-bd862e3fe1be46a994272793"');
});

it("takes the trace from the request where it is there", async () => {
  vi.stubEnv("_X_AMZN_TRACE_ID", "Root=1-00000000-000000000000000000000000");
  const { logger, startLogScope } = await import("./logger.ts");
  startLogScope({}, "Self=1-2-3;Root=1-5759e988-bd862e3fe1be46a994272793");
  logger.info("request");
  expect(written.out.map((line) => JSON.parse(line).xray_trace_id)).toEqual([
    "1-5759e988-bd862e3fe1be46a994272793",
  ]);
});

it("writes nothing else that a client calls a trace", async () => {
  const { logger, startLogScope } = await import("./logger.ts");
  startLogScope({}, "Root=my diary");
  logger.info("request");
  expect(written.out[0]).not.toMatch(/trace|diary/);
});

it("samples", async () => {
  vi.stubEnv("POWERTOOLS_LOGGER_SAMPLE_RATE", "1");
  const { logger } = await import("./logger.ts");
  logger.debug("seen");
  expect(written.out.map((line) => JSON.parse(line).message)).toContain("seen");
  expect(JSON.parse(written.out.at(-1) ?? "").sampling_rate).toBe(1);
});

it("says nothing of the request before, nor below its level", async () => {
  vi.stubEnv("POWERTOOLS_LOG_LEVEL", "WARN");
  const { addLogKeys, logger, startLogScope } = await import("./logger.ts");
  startLogScope({ requestId: "request-1" });
  addLogKeys({ userId: "user-1" });
  startLogScope({ requestId: "request-2" });
  logger.info("request");
  logger.warn("late");
  expect(written.out).toEqual([]);
  expect(written.err.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ level: "WARN", message: "late", requestId: "request-2" }),
  ]);
  expect(written.err[0]).not.toContain("user-1");
});
