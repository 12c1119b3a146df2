import { access, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as z from "zod/mini";
import { type OwnStages, resolveStage, type Stage, type StageOverrides } from "./stages.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const names = ["parley.config.ts", "parley.config.json"];

const isThere = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  );

const contents = z.object({ stages: z.record(z.string(), z.record(z.string(), z.unknown())) });

/** What it exports, or is. @throws what says why it cannot be read, in words of the parser's own */
async function load(file: string): Promise<unknown> {
  if (file.endsWith(".json")) return JSON.parse(await readFile(file, "utf8"));
  return import(pathToFileURL(file).href);
}

/**
 * The stages of the deployer's own file, which git ignores; undefined where there is none.
 * @throws Error with one sentence that names the file
 */
export async function readOwnStages(folder: string = root): Promise<OwnStages | undefined> {
  const found: string[] = [];
  for (const name of names) if (await isThere(join(folder, name))) found.push(join(folder, name));
  const [file, other] = found;
  if (file === undefined) return undefined;
  if (other !== undefined) throw new Error(`There are ${names.join(" and ")}: keep one of them.`);
  const name = basename(file);
  const given = await load(file).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
    throw new Error(`${name} cannot be read: ${reason}.`, { cause });
  });
  const result = contents.safeParse(given);
  if (result.success) return { file: name, stages: result.data.stages };
  const how = name.endsWith(".ts")
    ? "export const stages = { dev: { … } }"
    : '{ "stages": { "dev": { … } } }';
  throw new Error(`${name} names no stages: it has ${how}, as docs/operations.md shows.`);
}

/**
 * The settings of a stage, of infra/stages.ts and of the deployer's own file, checked.
 * @throws Error with one sentence for each mistake
 */
export async function loadStage(name: string, overrides: StageOverrides = {}): Promise<Stage> {
  return resolveStage(name, overrides, { own: await readOwnStages() });
}
