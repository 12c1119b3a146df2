import { spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { isAlive } from "@parley/embedded-postgres/process-identity";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import * as z from "zod/mini";
import { createFunctionPool, type FunctionPool, type FunctionPoolOptions } from "./function-pool.ts";

const answer = z.object({
  payload: z.object({ pid: z.number(), requests: z.number(), context: z.record(z.string(), z.unknown()) }),
});

let pools: FunctionPool[];
let log: string[];

beforeEach(() => {
  pools = [];
  log = [];
});

afterEach(async () => {
  await Promise.all(pools.map((pool) => pool.close()));
});

function createPool(options: Partial<FunctionPoolOptions> = {}): FunctionPool {
  const pool = createFunctionPool({
    name: "counting",
    entry: new URL("./fixtures/counting.ts", import.meta.url),
    environment: { GIVEN: "yes" },
    maximumEnvironments: 4,
    timeoutMillis: 20_000,
    idleMillis: 60_000,
    onLog: (line) => log.push(line),
    ...options,
  });
  pools.push(pool);
  return pool;
}

async function call(pool: FunctionPool, event: object = {}) {
  return answer.parse(await pool.invoke(event)).payload;
}

test("an environment keeps its module state and serves one request after the other", async () => {
  const pool = createPool();
  const first = await call(pool);
  const second = await call(pool);
  expect(second).toMatchObject({ pid: first.pid, requests: 2 });
  expect(pool.environments()).toEqual([first.pid]);
  expect(first.context).toEqual({
    functionName: "counting",
    awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    invokedFunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:counting",
    memoryLimitInMB: "512",
    remaining: expect.any(Number),
  });
  expect(first.context.remaining).toBeGreaterThan(10_000);
});

test("requests at once get environments of their own up to the maximum, and the others wait", async () => {
  const pool = createPool({ maximumEnvironments: 2 });
  const answers = await Promise.all(Array.from({ length: 4 }, () => call(pool, { do: "wait", millis: 400 })));
  const pids = new Set(answers.map(({ pid }) => pid));
  expect(pids.size).toBe(2);
  expect(pool.environments()).toHaveLength(2);
  expect(Math.max(...answers.map(({ requests }) => requests))).toBeGreaterThanOrEqual(2);
});

test("as many environments as processors compute at once; those whose request is held do not count", async () => {
  const processors = Math.max(2, availableParallelism());
  const pool = createPool({ maximumEnvironments: 2 * processors + 2, heldAfterMillis: 300 });
  for (let held = 0; held < processors; held += 1) void pool.invoke({ do: "wait", millis: 60_000 });
  await vi.waitFor(() => expect(pool.environments()).toHaveLength(processors), { timeout: 4_000 });
  await delay(350);
  await Promise.all(Array.from({ length: 4 * processors }, () => call(pool, { do: "wait", millis: 200 })));
  expect(pool.environments()).toHaveLength(2 * processors);
});

test.each([
  ["throw", { errorType: "TypeError", errorMessage: "broken on purpose" }],
  ["exit", { errorType: "Runtime.ExitError", errorMessage: expect.stringContaining("exit status 3") }],
  ["crash", { errorType: "Runtime.ExitError", errorMessage: expect.stringContaining("exit status 1") }],
  ["unserializable", { errorType: "Runtime.MarshalError", errorMessage: expect.stringContaining("BigInt") }],
])("%s is a function error and the next request is served", async (kind, functionError) => {
  const pool = createPool();
  expect(await pool.invoke({ do: kind })).toEqual({ functionError });
  expect(await call(pool)).toHaveProperty("pid");
});

test("a killed environment fails its request at once and is replaced", async () => {
  const pool = createPool();
  const { pid } = await call(pool);
  const pending = pool.invoke({ do: "wait", millis: 20_000 });
  await delay(50);
  const killedAt = performance.now();
  process.kill(pid, "SIGKILL");
  expect(await pending).toMatchObject({ functionError: { errorType: "Runtime.ExitError" } });
  expect(performance.now() - killedAt).toBeLessThan(200);
  expect((await call(pool)).pid).not.toBe(pid);
});

test("a killed idle environment costs no request", async () => {
  const pool = createPool();
  const { pid } = await call(pool);
  process.kill(pid, "SIGKILL");
  await vi.waitFor(() => expect(pool.environments()).toEqual([]));
  expect((await call(pool)).requests).toBe(1);
});

test("a request over the time limit is ended with its environment, even in a busy loop", async () => {
  const pool = createPool({ timeoutMillis: 500 });
  const { pid } = await call(pool);
  expect(await pool.invoke({ do: "hang" })).toEqual({
    functionError: {
      errorType: "Sandbox.Timedout",
      errorMessage: expect.stringContaining("Task timed out after 0.50 seconds"),
    },
  });
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false));
});

test("a function that cannot start fails every waiting request with one log line", async () => {
  const pool = createPool({ entry: new URL("./fixtures/broken.ts", import.meta.url) });
  const outcomes = await Promise.all([pool.invoke({}), pool.invoke({}), pool.invoke({})]);
  const error = { functionError: { errorType: "Error", errorMessage: "DATABASE_URL is not set." } };
  expect(outcomes).toEqual([error, error, error]);
  expect(log).toEqual([
    '{"level":"ERROR","message":"The function counting cannot start: DATABASE_URL is not set.","errorType":"Error"}',
  ]);
});

test("idle environments are retired and the next request starts a new one", async () => {
  const pool = createPool({ idleMillis: 100 });
  const { pid } = await call(pool);
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 5_000 });
  expect(pool.environments()).toEqual([]);
  expect((await call(pool)).requests).toBe(1);
});

test("a restart lets the running request finish", async () => {
  const pool = createPool();
  const { pid } = await call(pool);
  const pending = call(pool, { do: "wait", millis: 200 });
  await delay(50);
  pool.restart();
  expect(await pending).toMatchObject({ pid, requests: 2 });
  const { pid: next, requests } = await call(pool);
  expect(requests).toBe(1);
  expect(next).not.toBe(pid);
});

test("an environment gets only the given variables beyond Lambda's own, and its lines are logged", async () => {
  vi.stubEnv("PARLEY_SECRET_OF_THIS_MACHINE", "secret");
  const pool = createPool();
  const outcome = await pool.invoke({ do: "variables" });
  expect(outcome).toEqual({
    payload: expect.arrayContaining([
      "GIVEN",
      "PATH",
      "AWS_LAMBDA_FUNCTION_NAME",
      "_HANDLER",
      "AWS_ACCESS_KEY_ID",
    ]),
  });
  expect(JSON.stringify(outcome)).not.toContain("PARLEY_SECRET");
  await pool.invoke({ do: "log", text: "one\ntwo é" });
  await vi.waitFor(() => expect(log).toEqual(["one", "two é"]));
  vi.unstubAllEnvs();
});

test("environments end when the process that started them is killed", async () => {
  const script = new URL("./fixtures/parent.ts", import.meta.url).pathname;
  const parent = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(parent.stdout, "data");
  const pid = Number(line);
  expect(isAlive(pid)).toBe(true);
  parent.kill("SIGKILL");
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 5_000 });
});

test("closing ends every environment and fails what still runs", async () => {
  const pool = createPool();
  const { pid } = await call(pool);
  const pending = pool.invoke({ do: "wait", millis: 20_000 });
  await pool.close();
  expect(await pending).toHaveProperty("functionError");
  expect(isAlive(pid)).toBe(false);
  expect(await pool.invoke({})).toHaveProperty("functionError");
});
