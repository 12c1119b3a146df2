import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join, posix } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { operations } from "@parley/client/operations";
import { clientTypes } from "@parley/openapi/client-types";
import { build, transform } from "esbuild";

/** What an entry of the package weighs in an application, minified, in bytes after gzip. */
export interface EntrySize {
  /** As it is imported: `@parley/client/push`. */
  readonly specifier: string;
  readonly bytes: number;
  readonly budgetBytes: number;
}

/** The file of each entry, and its budget. */
const entries: Readonly<Record<string, { source: string; budgetBytes: number }>> = {
  ".": { source: "parley", budgetBytes: 4_000 },
  "./push": { source: "push", budgetBytes: 1_500 },
  "./ai-sdk": { source: "ai-sdk", budgetBytes: 1_600 },
  "./convert": { source: "convert", budgetBytes: 3_000 },
};

const packageName = "@parley/client";

/** What an application installs, from what the workspace says of it. */
function packedManifest(manifest: Readonly<Record<string, unknown>>) {
  const { name, version, description, license, type, sideEffects, engines } = manifest;
  const { peerDependencies, peerDependenciesMeta } = manifest;
  const places = Object.entries(entries).map(([entry, { source }]) => [
    entry,
    { types: `./${source}.d.ts`, default: `./${source}.js` },
  ]);
  return {
    ...{ name, version, description, license, type, sideEffects, engines },
    exports: Object.fromEntries(places),
    ...{ peerDependencies, peerDependenciesMeta },
  };
}

async function writeScripts(folder: string, output: string): Promise<EntrySize[]> {
  const { outputFiles } = await build({
    absWorkingDir: folder,
    entryPoints: Object.values(entries).map(({ source }) => `src/${source}.ts`),
    outdir: output,
    bundle: true,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    write: false,
    logLevel: "silent",
  });
  const sizes: EntrySize[] = [];
  for (const [entry, { source, budgetBytes }] of Object.entries(entries)) {
    const text = outputFiles.find(({ path }) => basename(path) === `${source}.js`)?.text ?? "";
    await writeFile(join(output, `${source}.js`), text);
    const { code } = await transform(text, { minify: true, format: "esm" });
    sizes.push({ specifier: packageName + entry.slice(1), bytes: gzipSync(code).length, budgetBytes });
  }
  return sizes;
}

/** Writes what the entries declare, and what that imports. What comes of the contract is written out. */
async function writeDeclarations(root: string, output: string): Promise<void> {
  const emitted = await mkdtemp(join(tmpdir(), "parley-client-"));
  try {
    const compiler = join(root, "node_modules/typescript/bin/tsc");
    const options = ["--noEmit", "false", "--emitDeclarationOnly", "--outDir", emitted];
    const project = join(root, "packages/client");
    await promisify(execFile)(process.execPath, [compiler, "--project", project, ...options]);
    await writeFile(join(emitted, "types.d.ts"), clientTypes(operations));
    const reached = new Set(Object.values(entries).map(({ source }) => source));
    for (const source of reached) {
      const text = await readFile(join(emitted, `${source}.d.ts`), "utf8");
      const imported = /(?<=\bfrom ")(\.\.?\/[\w/-]+)\.[jt]s(?=")/g;
      for (const [, path = ""] of text.matchAll(imported))
        reached.add(posix.join(posix.dirname(source), path));
      const place = join(output, `${source}.d.ts`);
      await mkdir(dirname(place), { recursive: true });
      await writeFile(place, text.replaceAll(imported, "$1.js"));
    }
  } finally {
    await rm(emitted, { recursive: true, force: true });
  }
}

/**
 * Builds the client as an npm package into a folder.
 * @throws esbuild's error, or the compiler's
 */
export async function buildClient(root: string, output: string): Promise<EntrySize[]> {
  const folder = join(root, "packages/client");
  await rm(output, { recursive: true, force: true });
  await mkdir(output, { recursive: true });
  const [sizes] = await Promise.all([writeScripts(folder, output), writeDeclarations(root, output)]);
  const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  await writeFile(join(output, "package.json"), `${JSON.stringify(packedManifest(manifest), null, 2)}\n`);
  await copyFile(join(folder, "README.md"), join(output, "README.md"));
  await copyFile(join(root, "LICENSE"), join(output, "LICENSE"));
  return sizes;
}
