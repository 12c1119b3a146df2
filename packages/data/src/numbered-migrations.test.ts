import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import checksums from "../../../migrations/checksums.json" with { type: "json" };
import journal from "../../../migrations/meta/_journal.json" with { type: "json" };

const folder = new URL("../../../migrations/", import.meta.url);
const files = (await readdir(folder)).filter((name) => name.endsWith(".sql")).toSorted();

test("a numbered migration never changes once it has landed: a later one does what it lacks", async () => {
  const present = await Promise.all(
    files.map(async (name) => {
      const text = await readFile(new URL(name, folder));
      return [name, createHash("sha256").update(text).digest("hex")] as const;
    }),
  );
  expect(Object.fromEntries(present)).toEqual(checksums);
});

test("each is in the journal, in its order", () => {
  expect(journal.entries.map(({ tag }) => `${tag}.sql`)).toEqual(files);
});
