import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { copyAssets } from "./copy-assets.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "parley-assets-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

test("copies what assets.json names, under its name", async () => {
  await writeFile(join(folder, "picture.txt"), "a picture");
  await writeFile(join(folder, "assets.json"), '{"shown.txt":"./picture.txt"}');
  await copyAssets(folder, join(folder, "out"));
  expect(await readdir(join(folder, "out"))).toEqual(["shown.txt"]);
  expect(await readFile(join(folder, "out", "shown.txt"), "utf8")).toBe("a picture");
});

test("makes nothing where there is no assets.json, and fails where a file is missing", async () => {
  await copyAssets(folder, join(folder, "out"));
  expect(await readdir(folder)).toEqual([]);
  await writeFile(join(folder, "assets.json"), '{"shown.txt":"./nothing.txt"}');
  await expect(copyAssets(folder, join(folder, "out"))).rejects.toThrow("nothing.txt");
});
