import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { buildClient, type EntrySize } from "@parley/deployment/bundle/build-client";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const run = promisify(execFile);

/** Writes what `npm pack` makes of the client into a folder. */
export async function packClient(folder: string): Promise<{ archive: string; sizes: EntrySize[] }> {
  const built = join(folder, "built");
  const sizes = await buildClient(root, built);
  const { stdout } = await run("npm", ["pack", built, "--silent"], { cwd: folder });
  await rm(built, { recursive: true });
  return { archive: join(folder, stdout.trim()), sizes };
}

/** What the compiler says to a project. */
export function compile(project: string): Promise<string> {
  return run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "--project", project]).then(
    () => "",
    ({ stdout }: { stdout: string }) => stdout,
  );
}
