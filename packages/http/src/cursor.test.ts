import { describe, expect, it } from "vitest";
import { cursorScope, decodeCursor, encodeCursor } from "./cursor.ts";
import { Problem } from "./problem.ts";

const id = "tz4a98xxat96iws9zmbrgj3a";
const byPosition = cursorScope("position", { route: "listMessages", conversationId: "c1", order: "desc" });
const byInstant = cursorScope("instant", { route: "listConversations", sort: "updatedAt", q: undefined });

function refusal(text: string, scope = byPosition): unknown {
  try {
    return decodeCursor(text, scope);
  } catch (error) {
    return error instanceof Problem ? error.toDocument("r") : error;
  }
}

const forge = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

describe("cursors", () => {
  it("come back as they were, positions and microseconds alike", () => {
    expect(decodeCursor(encodeCursor({ scope: byPosition, key: 41, id }), byPosition)).toEqual({
      key: 41,
      id,
    });
    const key = "2026-11-21T09:30:00.123456Z";
    expect(decodeCursor(encodeCursor({ scope: byInstant, key, id }), byInstant)).toEqual({ key, id });
    expect(decodeCursor(undefined, byPosition)).toBeUndefined();
  });

  it("do not depend on the order in which the scope was written down", () => {
    const swapped = cursorScope("position", { order: "desc", conversationId: "c1", route: "listMessages" });
    expect(swapped).toEqual(byPosition);
  });

  it.each([
    { route: "listMessages", conversationId: "c2", order: "desc" },
    { route: "listMessages", conversationId: "c1", order: "asc" },
    { route: "listMessages", conversationId: "c1", order: "desc", q: "x" },
    { route: "listReplies", conversationId: "c1", order: "desc" },
  ])("are refused by the list %j", (parts) => {
    const cursor = encodeCursor({ scope: byPosition, key: 41, id });
    expect(refusal(cursor, cursorScope("position", parts))).toMatchObject({
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
    forge([byPosition.hash, "41", id]),
    forge([byPosition.hash, 1.5, id]),
    forge([byPosition.hash, 2 ** 31, id]),
    forge([byPosition.hash, 41, "'; drop table messages"]),
    forge([byPosition.hash, 41, id, 1]),
    forge([byPosition.hash, 41]),
  ])("are refused when malformed: %j", (text) => {
    expect(refusal(text)).toMatchObject({ status: 400 });
  });

  it.each([
    41,
    "yesterday",
    "2026-02-30T00:00:00.000000Z",
    "2026-13-01T00:00:00.000000Z",
    "2026-01-01T25:00:00.000000Z",
    "9999-01-01T00:00:00.000000Z",
    "2026-01-01T00:00:00.000000+01",
    "infinity",
    "2026-01-01\0",
  ])("of a list by time are refused with the key %j", (key) => {
    expect(() => decodeCursor(forge([byInstant.hash, key, id]), byInstant)).toThrow(Problem);
  });
});
