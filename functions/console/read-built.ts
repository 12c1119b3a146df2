import { readFile } from "node:fs/promises";

/** A file that the build has put beside the bundle; undefined where there is none of that name. */
export async function readBuilt(name: string): Promise<Buffer | undefined> {
  return readFile(new URL(`assets/${name}`, import.meta.url)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "EISDIR") return undefined;
    throw error;
  });
}
