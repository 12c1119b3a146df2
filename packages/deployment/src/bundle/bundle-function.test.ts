import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Metafile } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundleReport, functionNames } from "./bundle-all.ts";
import { bundleFunction } from "./bundle-function.ts";
import { loadsUndici } from "./init-modules.ts";
import { heaviestInputs, measureBundle } from "./measure-bundle.ts";

const root = fileURLToPath(new URL("fixtures", import.meta.url));
let outputFolder: string;
let metafile: Metafile;
let handler: (event: object) => Promise<Record<string, unknown>>;

beforeAll(async () => {
  outputFolder = await mkdtemp(join(tmpdir(), "parley-bundle-"));
  metafile = await bundleFunction({ root, name: "probe", outputFolder });
  // As Node loads it: Vitest's import would transform it, and miss the sources that its map names.
  ({ handler } = createRequire(import.meta.url)(join(outputFolder, "index.mjs")));
});

afterAll(() => rm(outputFolder, { recursive: true, force: true }));

test("a bundle works as its sources do", async () => {
  expect(await handler({ lazy: "yes" })).toEqual({
    path: join("a", "b"),
    id: expect.stringMatching(/^[a-z][0-9a-z]{23}$/),
    column: "id",
    errorName: "PostgresError",
    weight: 2,
    fault: expect.anything(),
  });
  const ids = await Promise.all(Array.from({ length: 200 }, () => handler({ lazy: "no" })));
  expect(new Set(ids.map(({ id }) => id)).size).toBe(200);
});

test("a fault says in which function, file and line of the sources it was made, and none of its words", async () => {
  const { fault } = (await handler({ lazy: "no" })) as { fault: { frames: string[] } };
  expect(fault).toMatchObject({ name: "Error", code: "23505" });
  const source = await readFile(join(root, "functions/probe/index.ts"), "utf8");
  const line = source.split("\n").findIndex((text) => text.includes("throw new Error")) + 1;
  expect(fault.frames[0]).toMatch(new RegExp(`^failOnPurpose \\(.*functions/probe/index\\.ts:${line}\\)$`));
  expect(fault.frames[1]).toMatch(/^handler \(.*functions\/probe\/index\.ts:\d+\)$/);
  expect(JSON.stringify(fault)).not.toContain("diary");
});

test("what is imported when needed is a chunk of its own and not eager", async () => {
  const chunks = await readdir(join(outputFolder, "chunks"));
  expect(chunks.some((name) => /^weighty-.*\.mjs$/.test(name))).toBe(true);
  const { eagerBytes, totalBytes } = measureBundle(metafile);
  expect(eagerBytes).toBeLessThan(totalBytes);
  expect(eagerBytes).toBeGreaterThan(50_000);
});

test("no output imports one of Node's modules by name", async () => {
  const outputs = Object.keys(metafile.outputs).filter((path) => path.endsWith(".mjs"));
  for (const path of outputs) {
    const text = await readFile(join(root, path), "utf8");
    expect(text).not.toMatch(/\bfrom\s*"node:|import\s*"node:|import\("node:/);
  }
  const maps = await readdir(outputFolder);
  expect(maps).toContain("index.mjs.map");
});

test("what weighs most is named by package", () => {
  expect(heaviestInputs(metafile, 3).map((line) => line.split(" ")[0])).toContain("zod");
});

test("the functions are the folders with an index.ts", async () => {
  expect(await functionNames(root)).toEqual(["probe"]);
});

test("the report is a table and one sentence for each function over its budget", () => {
  const sizes = { totalBytes: 900_000, budgetBytes: 200_000, heaviest: ["zod 90 KB"] };
  const { table, overBudget } = bundleReport([
    { name: "lean", eagerBytes: 200_000, ...sizes },
    { name: "obese", eagerBytes: 200_600, ...sizes },
  ]);
  expect(table.split("\n")).toEqual([
    "function  eager KB  budget KB  total KB",
    "lean           200        200       900",
    "obese          201        200       900",
  ]);
  expect(overBudget).toEqual(["obese loads 201 KB at once, 200 KB are allowed: zod 90 KB."]);
});

test("a bundle does not load undici, and a module that does is found", async () => {
  expect(await loadsUndici(join(outputFolder, "index.mjs"))).toBe(false);
  const file = join(outputFolder, "named.mjs");
  await writeFile(file, 'import { WebSocket } from "node:http";\nexport const kept = WebSocket;\n');
  expect(await loadsUndici(file)).toBe(true);
});
