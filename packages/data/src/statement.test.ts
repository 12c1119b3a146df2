import { eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { db, statement, statements } from "./drizzle/statement.ts";
import { conversations } from "./schema/conversations.ts";
import { notes } from "./schema/notes.ts";
import { shapeKey, statementsOf, textStatement } from "./statement.ts";

test("values become what their columns say, in the order of the select", async () => {
  const { id, createdAt, deletedAt } = conversations;
  const titles = sql<number>`count(*)`.as("titles");
  const { source, bind, readRow } = await statement(() =>
    db
      .select({ id, createdAt, deletedAt, titles, metadata: conversations.metadata })
      .from(conversations)
      .where(eq(id, sql.placeholder("id"))),
  ).ready();
  expect(readRow(["ada", "2026-01-02 03:04:05.678901+00", null, 3, { a: 1 }])).toEqual({
    id: "ada",
    createdAt: new Date("2026-01-02T03:04:05.678Z"),
    deletedAt: null,
    titles: 3,
    metadata: { a: 1 },
  });
  expect(readRow(["eve", "2026-01-02 03:04:05+00", "2026-01-03 00:00:00+00", 0, {}])).toEqual({
    id: "eve",
    createdAt: new Date("2026-01-02T03:04:05Z"),
    deletedAt: new Date("2026-01-03T00:00:00Z"),
    titles: 0,
    metadata: {},
  });
  expect(source.text).toContain('"conversations"."id" = $1');
  expect(bind({ id: "ada", other: 1 })).toEqual(["ada"]);
});

test("a change is given its values by name, lists as JSON, and constants as they are", async () => {
  const { bind } = await statement(() => {
    const returned = { id: notes.id };
    const changed = { title: sql.placeholder("title"), tags: sql.placeholder("tags"), content: "constant" };
    const query = db
      .update(notes)
      .set(changed as object)
      .where(eq(notes.id, sql.placeholder("noteId")))
      .returning(returned);
    return { query, returned };
  }).ready();
  expect(bind({ noteId: "n", title: null, tags: ["a", "b"] })).toEqual([null, "constant", '["a","b"]', "n"]);
  expect(() => bind({ noteId: "n", tags: [] })).toThrow("given no title");
});

test("a select of nested rows is refused when it is built, not when it is read", () => {
  const nested = statement(() => db.select({ nested: { id: conversations.id } }).from(conversations));
  expect(() => nested.ready()).toThrow("columns and expressions only");
});

test("each shape is built once, and not at all where it was built before", async () => {
  const shapes: string[] = [];
  const list = statements(({ status }: { status: "active" | "archived" }) => {
    shapes.push(status);
    return db.select({ id: conversations.id }).from(conversations).where(eq(conversations.status, status));
  });
  for (const status of ["active", "archived", "active"] as const) await list({ status }).ready();
  expect(shapes).toEqual(["active", "archived"]);
  const built = { text: "select 1", parameters: [], columns: [] };
  const known = statementsOf({ [shapeKey({ status: "active" })]: () => built }, list);
  expect((await known({ status: "active" }).ready()).source).toBe(built);
  expect((await known({ status: "archived" }).ready()).source.text).toContain("conversations");
  expect((await textStatement(() => built).ready()).source).toBe(built);
  expect(shapes).toEqual(["active", "archived"]);
});
