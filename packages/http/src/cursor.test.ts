import { describe, expect, it } from "vitest";
import { cursorScope, decodeCursor, encodeCursor } from "./cursor.ts";
import { Problem } from "./problem.ts";

const id = "tz4a98xxat96iws9zmbrgj3a";
const scope = cursorScope({ route: "listMessages", conversationId: "c1", order: "desc", q: undefined });

function refusal(text: string, other = scope): unknown {
  try {
    return decodeCursor(text, other);
  } catch (error) {
    return error instanceof Problem ? error.toDocument("r") : error;
  }
}

const forge = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

describe("cursors", () => {
  it.each(["41", "0", "-1", "1795253400123456"])("come back as they were: %s", (key) => {
    expect(decodeCursor(encodeCursor({ scope, key, id }), scope)).toEqual({ key, id });
  });

  it("may be absent", () => {
    expect(decodeCursor(undefined, scope)).toBeUndefined();
  });

  it("do not depend on the order in which the scope was written down", () => {
    expect(cursorScope({ order: "desc", conversationId: "c1", route: "listMessages" })).toBe(scope);
  });

  it.each([
    { route: "listMessages", conversationId: "c2", order: "desc" },
    { route: "listMessages", conversationId: "c1", order: "asc" },
    { route: "listMessages", conversationId: "c1", order: "desc", q: "x" },
    { route: "listReplies", conversationId: "c1", order: "desc" },
  ])("are refused by the list %j", (parts) => {
    const cursor = encodeCursor({ scope, key: "41", id });
    expect(refusal(cursor, cursorScope(parts))).toMatchObject({
      status: 400,
      errors: [{ path: "query.cursor" }],
    });
  });

  it.each([
    "x",
    "%",
    "",
    "\0",
    forge(null),
    forge({}),
    forge([scope, 41, id]),
    forge([scope, "", id]),
    forge([scope, "1.5", id]),
    forge([scope, "1e9", id]),
    forge([scope, "NaN", id]),
    forge([scope, "9".repeat(17), id]),
    forge([scope, "1\0", id]),
    forge([scope, "41", "'; drop table messages"]),
    forge([scope, "41", id, 1]),
    forge([scope, "41"]),
  ])("are refused when malformed: %j", (text) => {
    expect(refusal(text)).toMatchObject({ status: 400 });
  });
});
