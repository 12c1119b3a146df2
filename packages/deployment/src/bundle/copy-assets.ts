import { copyFile, mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import * as z from "zod/mini";

const schema = z.record(z.string(), z.string());

async function readAssets(functionFolder: string): Promise<Record<string, string>> {
  const text = await readFile(join(functionFolder, "assets.json"), "utf8").catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return "{}";
      throw error;
    },
  );
  return schema.parse(JSON.parse(text));
}

/**
 * Copies what a function's `assets.json` names: files of npm packages, or of the repository where the path begins with
 * a dot.
 */
export async function copyAssets(functionFolder: string, outputFolder: string): Promise<void> {
  const { resolve } = createRequire(join(functionFolder, "index.ts"));
  for (const [name, place] of Object.entries(await readAssets(functionFolder))) {
    await mkdir(outputFolder, { recursive: true });
    await copyFile(resolve(place), join(outputFolder, name));
  }
}
