import { eq, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/postgres-js";
import type { Sql } from "postgres";
import { expect, test } from "vitest";
import { prepareSelect } from "./prepared-select.ts";
import { conversations } from "./schema/conversations.ts";

const db = drizzle.mock();

/** Answers every statement with these rows, and remembers what it was asked. */
function clientWith(rows: unknown[][]) {
  const asked: unknown[][] = [];
  const unsafe = (...statement: unknown[]) => {
    asked.push(statement);
    return { values: async () => rows };
  };
  return { asked, client: { unsafe } as unknown as Sql };
}

test("values become what their columns say, in the order of the select", async () => {
  const { id, createdAt, deletedAt } = conversations;
  const titles = sql<number>`count(*)`.as("titles");
  const select = db
    .select({ id, createdAt, deletedAt, titles, metadata: conversations.metadata })
    .from(conversations)
    .where(eq(id, sql.placeholder("id")));
  const { client, asked } = clientWith([
    ["ada", "2026-01-02 03:04:05.678901+00", null, 3, { a: 1 }],
    ["eve", "2026-01-02 03:04:05+00", "2026-01-03 00:00:00+00", 0, {}],
  ]);
  expect(await prepareSelect(client, select).execute({ id: "ada" })).toEqual([
    {
      id: "ada",
      createdAt: new Date("2026-01-02T03:04:05.678Z"),
      deletedAt: null,
      titles: 3,
      metadata: { a: 1 },
    },
    {
      id: "eve",
      createdAt: new Date("2026-01-02T03:04:05Z"),
      deletedAt: new Date("2026-01-03T00:00:00Z"),
      titles: 0,
      metadata: {},
    },
  ]);
  expect(asked).toEqual([[expect.stringContaining('"conversations"."id" = $1'), ["ada"], { prepare: true }]]);
});

test("a select of nested rows is refused when it is built, not when it is read", () => {
  const select = db.select({ nested: { id: conversations.id } }).from(conversations);
  expect(() => prepareSelect(clientWith([]).client, select)).toThrow("columns and expressions only");
});
