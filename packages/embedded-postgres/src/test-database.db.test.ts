import postgres from "postgres";
import { expect, test } from "vitest";
import { createTestDatabase } from "./test-database.ts";

test("each test database is a migrated one of its own, and goes when dropped", async () => {
  const first = await createTestDatabase();
  const second = await createTestDatabase();
  const sql = postgres(first.url, { max: 1, onnotice: () => {} });
  expect(await sql`select count(*)::int as count from users`).toEqual([{ count: 0 }]);
  await sql`create table only_here ()`;

  const other = postgres(second.url, { max: 1 });
  await expect(other`select * from only_here`).rejects.toMatchObject({ code: "42P01" });
  await other.end();
  await second.drop();
  await first.drop();
  await expect(postgres(first.url, { max: 1 })`select 1`).rejects.toMatchObject({ code: "3D000" });
  await sql.end({ timeout: 1 });
});
