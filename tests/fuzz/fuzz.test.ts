import { readFile } from "node:fs/promises";
import { problemSchema } from "@parley/contract/problem";
import { openDatabase } from "@parley/data/database";
import fc from "fast-check";
import { afterAll, afterEach, expect, inject, it } from "vitest";
import { signUpAdmin } from "../e2e/admins.ts";
import { ask, ended, signUp, startConversation, type User } from "../e2e/client.ts";
import { thingsOf } from "../e2e/owned-things.ts";
import { type FuzzedOperation, operations } from "./operations.ts";
import { type FuzzedRequest, requestsTo } from "./requests.ts";

/** `FUZZ_RUNS=220` makes more than 10 000 requests; `FUZZ_SEED` tells a run again. */
const numRuns = Number(process.env.FUZZ_RUNS ?? 12);
const seed = Number(process.env.FUZZ_SEED ?? 20_261_121);

const { url, databaseUrl } = inject("stack");
const database = openDatabase(databaseUrl);
const canary = "canary-text-that-is-never-logged";
const answered: { name: string; status: number }[] = [];

/** What a gateway answers by itself, whatever the operation. */
const gatewayStatuses = [401, 404, 413, 414, 429, 431];

async function send(user: User, { route }: FuzzedOperation, { params, query, headers, body }: FuzzedRequest) {
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent((params[name] ?? "").toWellFormed()),
  );
  const parameters = new URLSearchParams();
  for (const [name, value] of query) parameters.append(name, value);
  const search = query.length === 0 ? "" : `?${parameters}`;
  const response = await fetch(url + path + search, {
    method: route.method,
    headers: {
      authorization: `Bearer ${user.token}`,
      ...(body !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    // A GET cannot carry one.
    ...(body !== undefined && route.method !== "GET" && { body }),
  });
  return { status: response.status, type: response.headers.get("content-type"), text: await response.text() };
}

function judge({ name, route, statuses }: FuzzedOperation, answer: Awaited<ReturnType<typeof send>>): void {
  const { status, type, text } = answer;
  answered.push({ name, status });
  expect(status, `${name}: ${text.slice(0, 300)}`).toBeLessThan(500);
  if (type === "application/problem+json") {
    const problem = problemSchema.parse(JSON.parse(text));
    expect(problem.status).toBe(status);
    // In words of ours: those of zod are for who wrote the schema.
    for (const { message } of problem.errors ?? []) expect(message, text).toMatch(/^[a-z]/);
    // An id may be such that it leads to another route, or to none.
    expect([...statuses, 404]).toContain(status);
    return;
  }
  if (gatewayStatuses.includes(status) && /^\{"message":/.test(text)) return;
  expect(statuses).toContain(status);
  const schema = route.responses[status];
  if (schema !== undefined && type?.startsWith("application/json")) schema.parse(JSON.parse(text));
}

/** What an admin's paths name is other people's. */
function thingsForAdmins(user: User): (name: string) => Promise<string> {
  return async (name) => {
    if (name === "userId") return (await user.expect("getMe", 200)).id;
    if (name === "modelId") return "scripted/echo";
    const { reply } = await ask(user, await startConversation(user), "Fail", {
      model: "scripted/fail-rejected",
    });
    return (await ended(user, reply.id)).id;
  };
}

/** Users of its own: some operations end an account, or disable one. */
async function sceneOf({ route }: FuzzedOperation) {
  if (route.group !== "admin") {
    const user = await signUp();
    return { user, make: thingsOf(user) };
  }
  const [user, other] = await Promise.all([signUpAdmin(), signUp()]);
  return { user, make: thingsForAdmins(other) };
}

// What is written of models is there for everybody, operations to come included.
afterEach(() => database.run(({ orm }) => orm.execute("delete from models")));
afterAll(() => database.close());

it.each(operations)("$name answers whatever it is sent as documented", async (operation) => {
  const { user, make } = await sceneOf(operation);
  const names = operation.parameters.filter((parameter) => parameter.in === "path").map(({ name }) => name);
  const things = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await make(name).catch(() => "none")] as const)),
  );
  await fc.assert(
    fc.asyncProperty(requestsTo(operation, things), async (request) => {
      judge(operation, await send(user, operation, request));
    }),
    { numRuns, seed, endOnFailure: true },
  );
});

it("has been answered well and badly, so that both have been tried", () => {
  const shares = { good: 0, bad: 0 };
  const counts: Record<number, number> = {};
  const unheard = new Set(operations.map(({ name }) => name));
  for (const { name, status } of answered) {
    if (status < 400) unheard.delete(name);
    shares[status < 400 ? "good" : "bad"] += 1 / answered.length;
    counts[status] = (counts[status] ?? 0) + 1;
  }
  // What docs/reliability.md quotes.
  console.info(`${answered.length} requests to ${operations.length} operations, by status:`, counts);
  console.info("never answered well:", [...unheard].join(" "));
  expect(answered.length).toBe(operations.length * numRuns);
  expect(shares.good).toBeGreaterThan(0.15);
  expect(shares.bad).toBeGreaterThan(0.15);
});

it("logs no text of any message and no stack of any failure", async () => {
  const user = await signUp();
  await user.send("createConversation", { body: { message: { content: canary } } });
  const log = await readFile(inject("stack").logFile, "utf8");
  expect(log).not.toContain(canary);
  const errors = log.split("\n").filter((line) => line.includes('"level":"ERROR"'));
  expect(errors.slice(0, 5)).toEqual([]);
});
