import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readOwnStages } from "./own-stages.ts";
import { resolveStage } from "./stages.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "parley-stages-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** A stage as it is with this file beside package.json. */
async function stageWith(name: string, file: string, text: string) {
  await writeFile(join(folder, file), text);
  return resolveStage(name, {}, { own: await readOwnStages(folder) });
}

test("without a file the defaults stand", async () => {
  expect(await readOwnStages(folder)).toBeUndefined();
});

test.each([
  ["parley.config.ts", "export const stages = { dev: { alarmEmail: 'ada@example.com' }, mine: {} };"],
  ["parley.config.json", '{ "stages": { "dev": { "alarmEmail": "ada@example.com" }, "mine": {} } }'],
])("%s changes what it names and adds stages", async (file, text) => {
  const dev = await stageWith("dev", file, text);
  expect(dev).toMatchObject({ alarmEmail: "ada@example.com", keepsData: false, logRetentionDays: 7 });
  const own = await readOwnStages(folder);
  expect(resolveStage("mine", {}, { own })).toMatchObject({ secretName: "parley/mine", keepsData: true });
  expect(resolveStage("prod", {}, { own })).toEqual(resolveStage("prod"));
});

const stagesOf = (dev: object) => JSON.stringify({ stages: { dev } });

test.each([
  ["{", /^parley\.config\.json cannot be read: .*\.$/],
  ["[]", /^parley\.config\.json names no stages: it has \{ "stages": .* as docs\/operations\.md shows\.$/],
  [
    stagesOf({ alarmemail: "ada@example.com" }),
    /^stage dev in parley\.config\.json: Unrecognized key: "alarmemail"\.$/,
  ],
  [
    stagesOf({ databaseConnections: 1, limits: { sendBurst: 1.5 } }),
    /^databaseConnections of stage dev in parley\.config\.json: .*\. limits\.sendBurst of stage dev in parley\.config\.json: must be a whole number\.$/,
  ],
])("%j is refused with a sentence for each mistake", async (text, message) => {
  const stage = stageWith("dev", "parley.config.json", text);
  await expect(stage).rejects.toThrow(message);
  await expect(stage).rejects.not.toThrow(/\n/);
});

test("a stage that is nowhere is told where it was looked for, and two files are one too many", async () => {
  await expect(stageWith("toString", "parley.config.json", stagesOf({}))).rejects.toThrow(
    "There is no stage toString in parley.config.json, which has dev, nor in infra/stages.ts; it has dev, prod.",
  );
  await expect(stageWith("dev", "parley.config.ts", "export const stages = {};")).rejects.toThrow(
    "There are parley.config.ts and parley.config.json: keep one of them.",
  );
});
