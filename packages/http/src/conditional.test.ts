import { describe, expect, it } from "vitest";
import { captureLog } from "./testing/capture-log.ts";
import { noteId, notesApi, postNote } from "./testing/notes-api.ts";
import { eventFor, send } from "./testing/send.ts";

captureLog();

describe("conditional requests", () => {
  const get = (headers = {}) => eventFor("GET /v1/notes/{noteId}", { pathParameters: { noteId }, headers });
  const patch = (headers = {}) =>
    eventFor("PATCH /v1/notes/{noteId}", { pathParameters: { noteId }, headers });

  it("answers with a strong ETag and lets the client keep a private copy", async () => {
    const answer = await send(notesApi(), get());
    expect(answer.headers).toMatchObject({ etag: '"v3"', "cache-control": "private, no-cache" });
  });

  it.each(['"v3"', 'W/"v3"', '"v1", "v3"', "*"])("answers 304 to If-None-Match: %s", async (tag) => {
    const answer = await send(notesApi(), get({ "if-none-match": tag }));
    expect(answer).toMatchObject({ status: 304, body: undefined, headers: { etag: '"v3"' } });
  });

  it.each(['"v2"', "v3", '"V3"'])("answers 200 to If-None-Match: %s", async (tag) => {
    expect((await send(notesApi(), get({ "if-none-match": tag }))).status).toBe(200);
  });

  it.each(['"v2"', 'W/"v3"', "v3", ""])("answers 412 to If-Match: %s", async (tag) => {
    const answer = await send(notesApi(), patch({ "if-match": tag }));
    expect(answer).toMatchObject({ status: 412, headers: { etag: '"v3"' } });
  });

  it.each(['"v3"', '"v2", "v3"', "*"])("lets If-Match: %s pass", async (tag) => {
    expect((await send(notesApi(), patch({ "if-match": tag }))).status).toBe(200);
  });

  it("never answers 304 to a write", async () => {
    expect((await send(notesApi(), patch({ "if-none-match": '"v4"' }))).status).toBe(200);
  });
});

describe("idempotency keys", () => {
  const withKey = (key: string, body: string) => send(notesApi(), postNote(body, { "idempotency-key": key }));

  it("gives the same fingerprint for the same request only", async () => {
    const first = await withKey("k", '{"content":"x","metadata":{"a":1,"b":2}}');
    const spelledAnew = await withKey("k", '{ "metadata": {"b":2,"a":1}, "content":"x" }');
    const other = await withKey("k", '{"content":"y","metadata":{"a":1,"b":2}}');
    expect(first.body).toMatchObject({ idempotency: { key: "k" } });
    expect(spelledAnew.body).toMatchObject({
      idempotency: (first.body as { idempotency: unknown }).idempotency,
    });
    expect(other.body).not.toMatchObject({
      idempotency: (first.body as { idempotency: unknown }).idempotency,
    });
  });

  it.each(["", " ", "a b", "ü", "x".repeat(256), "a\u007f"])("answers 400 to %j", async (key) => {
    const answer = await withKey(key, '{"content":"x"}');
    expect(answer).toMatchObject({ status: 400, errorPaths: ["headers.idempotency-key"] });
  });

  it("ignores the key on a route that is not idempotent", async () => {
    expect(
      (await send(notesApi(), eventFor("GET /v1/notes", { headers: { "idempotency-key": " " } }))).status,
    ).toBe(200);
  });
});
