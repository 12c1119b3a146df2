import { defineRoutes } from "@parley/contract/route";
import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { type ApiEvent, createApi } from "./create-api.ts";
import { captureLog } from "./testing/capture-log.ts";
import { active, noteId, notesApi, postNote, routes } from "./testing/notes-api.ts";
import { eventFor, send } from "./testing/send.ts";

captureLog();

describe("hostile bodies", () => {
  const loneSurrogate = String.fromCharCode(0xd800);
  const nested = (levels: number) => `{"content":"x","tags":${"[".repeat(levels)}${"]".repeat(levels)}}`;

  it.each([
    ["an unknown field", '{"content":"x","ownerId":"y"}', "body.ownerId"],
    ["several unknown fields", '{"content":"x","balance":1,"status":"z"}', "body.balance"],
    ["a missing field", "{}", "body.content"],
    ["a blank text", '{"content":"  "}', "body.content"],
    ["__proto__", '{"content":"x","__proto__":{"isAdmin":true}}', "body"],
    ["__proto__ with a value that is no object", '{"content":"x","__proto__":1}', "body"],
    ["constructor", '{"content":"x","constructor":1}', "body"],
    ["prototype, deep down", '{"content":"x","metadata":{"prototype":"y"}}', "body.metadata"],
    ["constructor.prototype", '{"content":"x","constructor":{"prototype":{}}}', "body"],
    ["33 levels", nested(32), "body"],
    ["100 000 levels", nested(100_000), "body"],
    ["no JSON", "{content: x}", "body"],
    ["an empty body", "", "body"],
    ["half a body", '{"content":"x', "body"],
    ["an array", "[]", "body"],
    ["a string", '"x"', "body"],
    ["null", "null", "body"],
    ["a number too large for JSON", '{"content":"x","metadata":{"a":1e999}}', "body.metadata.a"],
    ["NUL", '{"content":"a\\u0000b"}', "body.content"],
    ["NUL in a key", '{"content":"x","metadata":{"a\\u0000":"b"}}', "body.metadata"],
    ["a lone surrogate", '{"content":"a\\ud800b"}', "body.content"],
    ["a lone surrogate in the text itself", `{"content":"${loneSurrogate}"}`, "body.content"],
    ["a lone surrogate in a key", '{"content":"x","metadata":{"\\udfff":"b"}}', "body.metadata"],
    ["NUL in a list", '{"content":"x","tags":["a","\\u0000"]}', "body.tags.1"],
  ])("answers 400 to %s", async (_, body, path) => {
    const answer = await send(notesApi(), postNote(body));
    expect(answer).toMatchObject({ status: 400, body: { type: "/problems/validation" } });
    expect(answer.errorPaths).toContain(path);
  });

  it.each([
    ["no byte", "", "must not be empty"],
    ["white space", " \n", "must not be empty"],
    ["a word", "{content: x}", "is not valid JSON"],
    ["two values", "{}{}", "is not valid JSON"],
    ["33 levels", nested(32), "is nested more than 32 levels deep"],
    ["5 000 levels", nested(5_000), "is nested more than 32 levels deep"],
    ["100 000 levels", nested(100_000), "is nested more than 32 levels deep"],
    ["__proto__", '{"__proto__":1}', 'has the key "__proto__", which is not allowed'],
    ["constructor", '{"constructor":{"prototype":{}}}', 'has the key "constructor", which is not allowed'],
  ])("tells what is wrong with a body of %s", async (_, body, message) => {
    const answer = await send(notesApi(), postNote(body));
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: "body", message }] } });
  });

  it("tells a key that is not allowed by its place and its name", async () => {
    const { body } = await send(notesApi(), postNote('{"metadata":{"__proto__":{"isAdmin":true}}}'));
    const message = 'has the key "__proto__", which is not allowed';
    expect(body).toMatchObject({ errors: [{ path: "body.metadata", message }] });
    expect("isAdmin" in {}).toBe(false);
  });

  it("accepts 32 levels and refuses 33", async () => {
    const routesWithAny = defineRoutes({
      any: { ...routes.createNote, path: "/any", body: z.looseObject({}) },
    });
    const handler = createApi({
      routes: routesWithAny,
      operations: { any: async () => ({ status: 200 }) },
      resolveCaller: async () => active,
      apiRatePerSecond: 0,
    });
    const body = (levels: number) => `{"a":${"[".repeat(levels - 1)}${"]".repeat(levels - 1)}}`;
    const headers = { "content-type": "application/json" };
    expect((await send(handler, eventFor("POST /any", { headers, body: body(32) }))).status).toBe(200);
    expect((await send(handler, eventFor("POST /any", { headers, body: body(33) }))).status).toBe(400);
  });

  it.each([
    ["no media type", undefined],
    ["a form", "application/x-www-form-urlencoded"],
    ["text", "text/plain"],
    ["another JSON type", "application/merge-patch+json"],
    ["a look-alike", "application/jsonp"],
    ["two types", "application/json, text/plain"],
    ["another charset", "application/json; charset=utf-16"],
  ])("answers 415 to %s", async (_, type) => {
    const headers = type === undefined ? {} : { "content-type": type };
    const answer = await send(notesApi(), eventFor("POST /v1/notes", { body: '{"content":"x"}', headers }));
    expect(answer).toMatchObject({ status: 415, body: { type: "/problems/unsupported-media-type" } });
  });

  it.each(["application/json", "Application/JSON; charset=UTF-8", 'application/json ; charset="utf-8"'])(
    "accepts %s",
    async (type) => {
      const headers = { "content-type": type };
      const answer = await send(notesApi(), eventFor("POST /v1/notes", { body: '{"content":"x"}', headers }));
      expect(answer.status).toBe(201);
    },
  );

  it("answers 413 above 256 KiB, counted in bytes", async () => {
    const withBytes = (bytes: number) => {
      const frame = JSON.stringify({ content: "x", tags: [""] });
      return JSON.stringify({ content: "x", tags: ["ä".repeat((bytes - frame.length) / 2)] });
    };
    const largest = withBytes(256 * 1024);
    expect(Buffer.byteLength(largest)).toBeGreaterThan(256 * 1024 - 3);
    expect((await send(notesApi(), postNote(largest))).status).toBe(201);
    expect((await send(notesApi(), postNote(withBytes(256 * 1024 + 2)))).status).toBe(413);
  });

  const base64 = (bytes: Buffer, headers = {}): ApiEvent => ({
    ...postNote(bytes.toString("base64"), headers),
    isBase64Encoded: true,
  });

  it("decodes base64 bodies and refuses invalid UTF-8 in them", async () => {
    const good = await send(notesApi(), base64(Buffer.from('{"content":"grüße 👋"}')));
    expect(good).toMatchObject({ status: 201, body: { content: "grüße 👋" } });
    const overlong = Buffer.concat([
      Buffer.from('{"content":"'),
      Buffer.from([0xc0, 0xaf]),
      Buffer.from('"}'),
    ]);
    const bad = await send(notesApi(), base64(overlong));
    expect(bad).toMatchObject({ status: 400, errorPaths: ["body"] });
  });

  it("sees by its length that the gateway has replaced invalid bytes", async () => {
    const replaced = '{"content":"\uFFFD"}';
    const length = (bytes: number) => ({ "content-length": String(bytes) });
    expect((await send(notesApi(), postNote(replaced, length(15)))).status).toBe(400);
    expect((await send(notesApi(), postNote(replaced, length(Buffer.byteLength(replaced))))).status).toBe(
      201,
    );
  });

  it("refuses a body where none belongs, and takes no body and an empty object for each other", async () => {
    const restore = (body: string, isBase64Encoded = false) =>
      send(notesApi(), { ...eventFor("POST /v1/restore", { body }), isBase64Encoded });
    for (const body of ["[]", "0", "{} {}", '{"content":"x"}', "content=x"])
      expect(await restore(body)).toMatchObject({ status: 400, errorPaths: ["body"] });
    expect((await restore("{}")).status).toBe(204);
    expect((await restore(Buffer.from(" {\n}").toString("base64"), true)).status).toBe(204);
    const patch = eventFor("PATCH /v1/notes/{noteId}", { pathParameters: { noteId } });
    expect((await send(notesApi(), patch)).status).toBe(200);
    const post = await send(notesApi(), eventFor("POST /v1/notes"));
    expect(post).toMatchObject({
      status: 400,
      body: { errors: [{ path: "body.content", message: "is required" }] },
    });
  });

  it("never repeats a value, and names 20 places at most", async () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`field${index}`, "s3cret"]));
    const answer = await send(notesApi(), postNote(JSON.stringify(many)));
    expect(answer.errorPaths).toHaveLength(20);
    expect(JSON.stringify(answer.body)).not.toContain("s3cret");
  });

  it("shows 200 characters of a place at most, whatever is wrong there", async () => {
    for (const body of [`{"${"k".repeat(9_000)}":1}`, `{"${"\u{1F33B}".repeat(9_000)}":"\\u0000"}`]) {
      const { errorPaths } = await send(notesApi(), postNote(body));
      expect(errorPaths.map((path) => path.length).filter((length) => length > 200)).toEqual([]);
      expect(errorPaths.every((path) => path.isWellFormed())).toBe(true);
    }
  });

  it.each([null, ""])("takes the body %j for none, as a gateway may send it", async (body) => {
    const withBody = (event: ApiEvent) => ({ ...event, body }) as ApiEvent;
    expect((await send(notesApi(), withBody(eventFor("POST /v1/restore")))).status).toBe(204);
    const patch = eventFor("PATCH /v1/notes/{noteId}", { pathParameters: { noteId } });
    expect((await send(notesApi(), withBody(patch))).status).toBe(200);
    expect((await send(notesApi(), withBody(postNote("")))).status).toBe(400);
  });
});
