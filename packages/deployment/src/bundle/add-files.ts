import { cp } from "node:fs/promises";
import { join } from "node:path";
import { buildPage } from "./build-page.ts";
import { copyAssets } from "./copy-assets.ts";

/** Puts beside a function's bundle what it reads as files. */
export async function addFiles({
  root,
  name,
  outputFolder,
}: {
  root: string;
  name: string;
  outputFolder: string;
}): Promise<void> {
  const assets = join(outputFolder, "assets");
  await copyAssets(join(root, "functions", name), assets);
  if (name === "console") await buildPage(root, assets);
  if (name === "migrate") {
    await cp(join(root, "migrations"), join(outputFolder, "migrations"), { recursive: true });
  }
}
