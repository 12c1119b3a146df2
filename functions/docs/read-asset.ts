import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import places from "./assets.json" with { type: "json" };

export type AssetName = keyof typeof places;

export function isAssetName(name: string): name is AssetName {
  return Object.hasOwn(places, name);
}

/** The build puts copies beside a bundle; in the repository they are where `assets.json` says. */
function fileOf(name: AssetName): string {
  const copy = new URL(`assets/${name}`, import.meta.url);
  if (existsSync(copy)) return fileURLToPath(copy);
  const place = places[name];
  if (place.startsWith("../")) return fileURLToPath(new URL(place, import.meta.url));
  return createRequire(import.meta.url).resolve(place);
}

/** The bytes of a file that the pages are made of. */
export function readAsset(name: AssetName): Promise<Buffer> {
  return readFile(fileOf(name));
}
