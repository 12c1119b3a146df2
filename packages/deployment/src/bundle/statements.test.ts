import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundleFunction } from "./bundle-function.ts";
import { heaviestInputs } from "./measure-bundle.ts";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const readers = ["account", "api-keys", "notes", "ops", "replies", "system-prompts"];
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "parley-statements-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test.each(readers)("%s does not load Drizzle before it is asked for something unusual", async (name) => {
  const outputFolder = join(folder, name);
  const metafile = await bundleFunction({ root, name, outputFolder });
  const packages = heaviestInputs(metafile, 1_000).map((line) => line.split(" ")[0]);
  expect(packages).toContain("zod");
  expect(packages).not.toContain("drizzle-orm");
  expect(Object.keys(metafile.inputs).some((input) => input.includes("/drizzle-orm/"))).toBe(true);
});

test("a usual statement is in the bundle as text, another one is built when it is asked for", async () => {
  const outputFolder = join(folder, "notes");
  await bundleFunction({ root, name: "notes", outputFolder });
  const entry = await readFile(join(outputFolder, "index.mjs"), "utf8");
  expect(entry.includes('order by "notes"."created_at" desc')).toBe(true);
  expect(entry.includes("conversation_notes")).toBe(false);
  const chunks = (await readdir(join(outputFolder, "chunks"))).filter((name) => name.endsWith(".mjs"));
  const texts = await Promise.all(chunks.map((name) => readFile(join(outputFolder, "chunks", name), "utf8")));
  expect(texts.some((text) => text.includes("conversation_notes"))).toBe(true);
});
