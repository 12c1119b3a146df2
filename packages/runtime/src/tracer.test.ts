import { createSocket, type Socket } from "node:dgram";
import { afterEach, expect, it, vi } from "vitest";

let socket: Socket | undefined;

afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
  socket?.close();
  socket = undefined;
});

/** An X-Ray daemon: the segments it is sent, as they come. */
async function startDaemon(): Promise<string[]> {
  const received: string[] = [];
  const listening = createSocket("udp4");
  listening.on("message", (message) => received.push(message.toString()));
  await new Promise<void>((resolve) => listening.bind(0, "127.0.0.1", resolve));
  vi.stubEnv("AWS_XRAY_DAEMON_ADDRESS", `127.0.0.1:${listening.address().port}`);
  socket = listening;
  return received;
}

const traceId = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8";

it("only runs the function while tracing is off", async () => {
  const received = await startDaemon();
  vi.stubEnv("_X_AMZN_TRACE_ID", `${traceId};Sampled=0`);
  const { traced } = await import("./tracer.ts");
  expect(await traced("database", async () => 7)).toBe(7);
  expect(received).toEqual([]);
});

it("sends a span per call, a failed one flagged and without its message", async () => {
  const received = await startDaemon();
  vi.stubEnv("_X_AMZN_TRACE_ID", `${traceId};Sampled=1`);
  vi.stubEnv("AWS_EXECUTION_ENV", "AWS_Lambda_nodejs24.x");
  vi.stubEnv("LAMBDA_TASK_ROOT", "/var/task");
  const { traced } = await import("./tracer.ts");
  expect(await traced("database send-message", async () => 7)).toBe(7);
  const failure = traced("model", async () => {
    throw new Error("my diary");
  });
  await expect(failure).rejects.toThrow("my diary");
  await vi.waitFor(() => expect(received).toHaveLength(2));
  expect(received[0]).toContain('"name":"database send-message"');
  expect(received[1]).toContain('"name":"model"');
  expect(received[1]).toContain('"error":true');
  expect(received.join("")).not.toContain("diary");
});
