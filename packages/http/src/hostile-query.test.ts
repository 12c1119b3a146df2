import { describe, expect, it } from "vitest";
import { captureLog } from "./testing/capture-log.ts";
import { notesApi } from "./testing/notes-api.ts";
import { eventFor, send } from "./testing/send.ts";

captureLog();

describe("hostile queries and paths", () => {
  it.each([
    ["an unknown parameter", "colour=red", "query.colour"],
    ["a repeated one", "q=a&q=b", "query.q"],
    ["a bad value", "limit=NaN", "query.limit"],
    ["an empty value", "limit=", "query.limit"],
    ["NUL", "q=%00", "query.q"],
    ["half a percent", "q=%", "query"],
    ["invalid UTF-8", "q=%ff", "query"],
    ["an encoded lone surrogate", "q=%ed%a0%80", "query"],
    ["__proto__", "__proto__=1", "query"],
  ])("answers 400 to %s", async (_, rawQueryString, path) => {
    const answer = await send(notesApi(), eventFor("GET /v1/notes", { rawQueryString }));
    expect(answer).toMatchObject({ status: 400, errorPaths: [path] });
  });

  it("keeps a comma that is part of a value", async () => {
    const answer = await send(notesApi(), eventFor("GET /v1/notes", { rawQueryString: "q=a,b" }));
    expect(answer.body).toMatchObject({ query: { q: "a,b" } });
  });

  it("refuses any parameter where none belongs", async () => {
    expect((await send(notesApi(), eventFor("GET /open", { rawQueryString: "a=1" }))).status).toBe(400);
  });

  it.each(["x", "TZ4A98XXAT96IWS9ZMBRGJ3A", "tz4a98xxat96iws9zmbrgj3\0", "../../etc/passwd"])(
    "answers 400 to the id %j",
    async (wrong) => {
      const event = eventFor("GET /v1/notes/{noteId}", { pathParameters: { noteId: wrong } });
      expect(await send(notesApi(), event)).toMatchObject({ status: 400, errorPaths: ["params.noteId"] });
    },
  );
});
