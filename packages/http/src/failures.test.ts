import { describe, expect, it } from "vitest";
import { type ApiOptions, createApi } from "./create-api.ts";
import { problem } from "./problem.ts";
import { captureLog } from "./testing/capture-log.ts";
import { active, routes } from "./testing/notes-api.ts";
import { eventFor, lambdaContext, send } from "./testing/send.ts";

const lines = captureLog();

describe("failures", () => {
  const failing = (error: unknown, changed: Partial<ApiOptions<typeof routes>> = {}) => {
    return send(
      failingApi(() => Promise.reject(error), changed),
      eventFor("GET /v1/poll"),
    );
  };
  const failingApi = (pollNote: () => Promise<never>, changed: Partial<ApiOptions<typeof routes>>) =>
    createApi({
      routes: { pollNote: routes.pollNote },
      operations: { pollNote },
      apiRatePerSecond: 0,
      resolveCaller: changed.resolveCaller ?? (async () => active),
      ...(changed.onConnectionError && { onConnectionError: changed.onConnectionError }),
    });

  const leaky = Object.assign(new Error("Failed query: insert into messages values ('my secret diary')"), {
    cause: Object.assign(new Error("diary"), {
      code: "23505",
      constraint_name: "messages_pkey",
      detail: "diary",
    }),
  });

  it("show nothing to the client and no text in the log", async () => {
    const answer = await failing(leaky);
    expect(answer).toMatchObject({
      status: 500,
      body: { type: "/problems/internal", instance: "request-1" },
    });
    const everything = JSON.stringify(answer) + lines().join("");
    expect(everything).not.toMatch(/diary|insert|stack|\bat /);
    expect(lines().join("")).toContain('"code":"23505"');
    expect(lines().join("")).toContain('"constraint":"messages_pkey"');
  });

  it("of the connection are 503 with Retry-After, also while the caller is resolved", async () => {
    const onConnectionError = (error: unknown) => error === leaky;
    expect(await failing(leaky, { onConnectionError })).toMatchObject({
      status: 503,
      headers: { "retry-after": "2" },
      body: { type: "/problems/unavailable" },
    });
    const early = await failing(problem("gone"), {
      onConnectionError,
      resolveCaller: () => Promise.reject(leaky),
    });
    expect(early.status).toBe(503);
  });

  it("thrown as something that is no error are 500 too", async () => {
    expect((await failing("a string")).status).toBe(500);
    expect((await failing(undefined)).status).toBe(500);
  });

  it("answer with a problem's own detail, headers and extra members", async () => {
    const answer = await failing(
      problem("conflict", {
        detail: "A reply is running.",
        headers: { Location: "/v1/x" },
        extra: { replyId: "r" },
      }),
    );
    expect(answer).toMatchObject({
      status: 409,
      headers: { location: "/v1/x" },
      body: { type: "/problems/conflict", detail: "A reply is running.", replyId: "r" },
    });
  });

  it("answer before Lambda's own time is up", async () => {
    const handler = failingApi(() => new Promise(() => undefined), {});
    const context = { ...lambdaContext, getRemainingTimeInMillis: () => 260 };
    expect(await send(handler, eventFor("GET /v1/poll"), context)).toMatchObject({ status: 503 });
  });
});
