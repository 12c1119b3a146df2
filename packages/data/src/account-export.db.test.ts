import { afterAll, beforeAll, expect, it } from "vitest";
import { type ExportPosition, exportPage } from "./account-export.ts";
import { exportedTables } from "./owned-tables.ts";
import { type FullAccount, fullAccount } from "./testing/full-account.fixture.ts";
import { openScene, type Scene } from "./testing/scene.fixture.ts";

let scene: Scene;
let ada: FullAccount;
let eve: FullAccount;

beforeAll(async () => {
  scene = await openScene();
  [ada, eve] = [await fullAccount(scene), await fullAccount(scene)];
});

afterAll(async () => {
  await scene.close();
});

async function pagesOf(ownerId: string, bytes: number, hasTime = () => true): Promise<string[][]> {
  const pages: string[][] = [];
  let from: ExportPosition | undefined;
  do {
    const { lines, next } = await exportPage(scene.database, ownerId, from, { bytes, hasTime });
    pages.push(lines);
    from = next;
  } while (from !== undefined);
  return pages;
}

it("holds every row of every table that belongs to the user, and none of another's", async () => {
  const lines = (await pagesOf(ada.id, 4_000_000)).flat();
  const counts: Record<string, number> = {};
  for (const line of lines) {
    const { table } = JSON.parse(line) as { table: string };
    counts[table] = (counts[table] ?? 0) + 1;
  }
  const stored = await Promise.all(
    exportedTables.map(async ({ name, owner }) => {
      const [row] = await scene.rows<{ count: number }>(
        `select count(*)::integer as count from ${name} where ${owner.name} = '${ada.id}'`,
      );
      return [name, row?.count] as const;
    }),
  );
  expect(counts).toEqual(Object.fromEntries(stored));
  expect(Object.values(counts).every((count) => count > 0)).toBe(true);
  expect(lines.join()).not.toContain(eve.id);
  expect(lines.join()).not.toContain(`hash-${ada.id}`);
});

it.each([1, 700, 5_000])("is the same in pages of %i bytes", async (bytes) => {
  const whole = (await pagesOf(ada.id, 4_000_000)).flat();
  const pages = await pagesOf(ada.id, bytes);
  expect(pages.flat()).toEqual(whole);
  const long = pages.filter((lines) => lines.length > 1 && Buffer.byteLength(lines.join("\n")) >= bytes);
  expect(long).toEqual([]);
});

it("gives what it has when time runs out, and goes on from there", async () => {
  let asked = 0;
  const pages = await pagesOf(ada.id, 4_000_000, () => ++asked % 3 !== 0);
  expect(pages.length).toBeGreaterThan(3);
  expect(pages.flat()).toEqual((await pagesOf(ada.id, 4_000_000)).flat());
});
