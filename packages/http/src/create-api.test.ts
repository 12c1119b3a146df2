import { describe, expect, it, vi } from "vitest";
import { type ApiOptions, createApi } from "./create-api.ts";
import { captureLog } from "./testing/capture-log.ts";
import { active, notesApi, postNote, routes } from "./testing/notes-api.ts";
import { eventFor, send } from "./testing/send.ts";

const lines = captureLog();

describe("routing", () => {
  it("gives the operation its typed input and answers JSON", async () => {
    const answer = await send(
      notesApi(),
      eventFor("GET /v1/notes", { rawQueryString: "q=50%25+off&limit=5" }),
    );
    expect(answer).toMatchObject({
      status: 200,
      body: { query: { q: "50% off", limit: 5 }, userId: "user-1" },
      headers: {
        "content-type": "application/json",
        "x-request-id": "request-1",
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
      },
    });
  });

  it("answers an unknown route with a problem document", async () => {
    const answer = await send(notesApi(), eventFor("$default"));
    expect(answer.status).toBe(404);
    expect(answer.headers["content-type"]).toBe("application/problem+json");
    expect(answer.body).toEqual({
      type: "/problems/not-found",
      title: "Not found",
      status: 404,
      detail: "There is no such route.",
      instance: "request-1",
    });
  });

  it("has no body on a 204", async () => {
    const answer = await send(notesApi(), eventFor("POST /v1/restore"));
    expect(answer).toMatchObject({ status: 204, body: undefined });
    expect(answer.headers).not.toHaveProperty("content-type");
  });

  it("refuses to start when nothing resolves callers", () => {
    const { resolveCaller: _, ...rest } = { ...optionsOf() };
    expect(() => createApi(rest)).toThrow("createNote needs resolveCaller");
  });
});

function optionsOf(): ApiOptions<{ createNote: typeof routes.createNote }> {
  return {
    routes: { createNote: routes.createNote },
    operations: { createNote: async () => ({ status: 201 }) },
    resolveCaller: async () => active,
    apiRatePerSecond: 0,
  };
}

describe("callers", () => {
  it("are resolved once in 60 s each", async () => {
    const resolveCaller = vi.fn(async () => active);
    const handler = notesApi({ resolveCaller });
    await send(handler, eventFor("GET /v1/poll"));
    await send(handler, eventFor("GET /v1/poll"));
    expect(resolveCaller).toHaveBeenCalledExactlyOnceWith({
      sub: "sub-1",
      username: "ada",
      groups: ["admin"],
    });
  });

  it("get 401 without an identity", async () => {
    const answer = await send(notesApi(), eventFor("GET /v1/poll", { authorizer: {} }));
    expect(answer).toMatchObject({ status: 401, headers: { "www-authenticate": "Bearer" } });
  });

  it("get 401 once deleted and 403 while disabled", async () => {
    const deleted = notesApi({ resolveCaller: async () => ({ outcome: "deleted" }) });
    expect((await send(deleted, eventFor("GET /v1/poll"))).status).toBe(401);
    const disabled = notesApi({
      resolveCaller: async () => ({ outcome: "disabled", user: { id: "user-1" } }),
    });
    expect((await send(disabled, eventFor("GET /v1/poll"))).status).toBe(403);
  });

  it("are not asked for on open routes", async () => {
    const answer = await send(notesApi(), eventFor("GET /open", { authorizer: {} }));
    expect(answer).toMatchObject({ status: 200, body: { caller: null } });
  });

  it("are held to their rate, except on exempt routes", async () => {
    const handler = notesApi({ apiRatePerSecond: 2 });
    const list = () => send(handler, eventFor("GET /v1/notes"));
    expect([(await list()).status, (await list()).status]).toEqual([200, 200]);
    expect(await list()).toMatchObject({
      status: 429,
      body: { type: "/problems/rate-limited", detail: "At most 2 a second. Try again in 1 s." },
      headers: {
        "retry-after": "1",
        ratelimit: '"requests";r=0;t=1',
        "ratelimit-policy": '"requests";q=2;w=1',
      },
    });
    expect((await send(handler, eventFor("GET /v1/poll"))).status).toBe(200);
  });
});

describe("the log", () => {
  it("has one line per request, with who, what and how long, and never the text", async () => {
    await send(notesApi(), postNote(JSON.stringify({ content: "my secret diary" })));
    const entries = lines().map((line): unknown => JSON.parse(line));
    expect(entries).toHaveLength(1);
    expect(entries[0]).toMatchObject({
      level: "INFO",
      message: "request",
      method: "POST",
      route: "/v1/notes",
      status: 201,
      durationMs: expect.any(Number),
      userId: "user-1",
      requestId: "request-1",
    });
    expect(lines().join("")).not.toContain("diary");
  });

  it("has no text of refused bodies either", async () => {
    await send(notesApi(), postNote('{"content":"my secret diary'));
    await send(notesApi(), postNote(JSON.stringify({ content: "x", diary: "secret" })));
    expect(lines()).toHaveLength(2);
    expect(lines().join("")).not.toMatch(/diary|secret/);
  });

  it("forgets the user of the request before", async () => {
    const handler = notesApi();
    await send(handler, eventFor("GET /v1/poll"));
    await send(handler, eventFor("GET /open"));
    expect(lines()[0]).toContain("user-1");
    expect(lines()[1]).not.toContain("user-1");
  });
});

it("reads capitalised headers, as SAM sends them", async () => {
  const headers = { "Content-Type": "application/json", "Idempotency-Key": "k" };
  const answer = await send(notesApi(), eventFor("POST /v1/notes", { body: '{"content":"x"}', headers }));
  expect(answer).toMatchObject({ status: 201, body: { idempotency: { key: "k" } } });
});
