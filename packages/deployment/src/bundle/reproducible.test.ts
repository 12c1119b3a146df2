import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bundleFunction } from "./bundle-function.ts";

const sources = {
  "functions/probe/index.ts": `
    import { join } from "node:path";
    import { kept } from "kept";
    export const handler = async () => [join("a", "b"), kept(), (await import("./later.ts")).later()];`,
  "functions/probe/later.ts": `
    import { basename } from "node:path";
    import { kept } from "kept";
    export const later = () => basename(kept());`,
  "node_modules/kept/package.json": `{ "name": "kept", "main": "index.js" }`,
  "node_modules/kept/index.js": `const { sep } = require("path"); exports.kept = () => "a" + sep;`,
};

/** What CDK would hash of a checkout in that folder: every file of the bundle. */
async function bundledIn(root: string): Promise<Record<string, string>> {
  for (const [path, text] of Object.entries(sources)) {
    await mkdir(join(root, path, ".."), { recursive: true });
    await writeFile(join(root, path), text);
  }
  const outputFolder = join(root, "dist/functions/probe");
  await bundleFunction({ root, name: "probe", outputFolder });
  const entries = await readdir(outputFolder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const read = async (file: string) =>
    [file.slice(outputFolder.length), await readFile(file, "utf8")] as const;
  return Object.fromEntries(await Promise.all(files.map(read)));
}

test("a bundle is the same to the byte, and so its name in AWS, wherever the checkout is", async () => {
  const folder = await mkdtemp(join(tmpdir(), "parley-reproducible-"));
  try {
    const one = await bundledIn(join(folder, "a"));
    expect(Object.keys(one).length).toBeGreaterThanOrEqual(4);
    expect(await bundledIn(join(folder, "work/of/somebody else"))).toEqual(one);
  } finally {
    await rm(folder, { recursive: true });
  }
});
