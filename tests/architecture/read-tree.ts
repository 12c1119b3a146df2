import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { Manifest } from "./import-rules.ts";
import { packageFolder, type SourceFile } from "./source-file.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const rooms = ["packages", "functions", "infra", "scripts", "tests"];
const notOurs = /(?:^|\/)(?:node_modules|dist|cdk\.out|\.[^/]+)(?:\/|$)/;

/** Every TypeScript file of the project. */
export async function readSources(): Promise<SourceFile[]> {
  const found: SourceFile[] = [];
  for (const room of rooms) {
    const entries = await readdir(join(root, room), { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const file = join(entry.parentPath, entry.name);
      const path = relative(root, file).replaceAll(sep, "/");
      if (!entry.isFile() || !/\.tsx?$/.test(path) || notOurs.test(path)) continue;
      found.push({ path, text: await readFile(file, "utf8") });
    }
  }
  return found;
}

/** The package.json of every package that has sources, by folder. */
export async function readManifests(files: readonly SourceFile[]): Promise<Map<string, Manifest>> {
  const manifests = new Map<string, Manifest>();
  for (const folder of new Set(files.map(({ path }) => packageFolder(path)))) {
    const text = await readFile(join(root, folder, "package.json"), "utf8");
    manifests.set(folder, JSON.parse(text) as Manifest);
  }
  return manifests;
}

/** What an installation goes by. */
export async function readInstallation() {
  const read = (name: string) => readFile(join(root, name), "utf8");
  const { engines, devDependencies } = JSON.parse(await read("package.json")) as {
    engines: { node: string };
    devDependencies: { node: string };
  };
  const workspace = await read("pnpm-workspace.yaml");
  return {
    lockfile: await read("pnpm-lock.yaml"),
    /** What the installation checks `engines` against: else the Node that happens to be there. */
    nodeVersion: /^nodeVersion: (\S+)$/m.exec(workspace)?.[1] ?? engines.node.replace(/\D+/, ""),
    /** What runs. */
    nodeRange: devDependencies.node.replace("npm:node@", ""),
  };
}
