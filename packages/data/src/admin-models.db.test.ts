import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { type ByAdmin, deleteModel, type WrittenModel, writeModel } from "./admin-models.ts";
import { openDatabase } from "./database.ts";
import { listModelRows } from "./models.ts";
import { openScene, type Scene, terms } from "./testing/scene.fixture.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterEach(async () => {
  await scene.rows("delete from models");
});
afterAll(async () => {
  await scene.close();
});

const offered = { ...terms, providers: ["scripted"] };
const model: WrittenModel = {
  displayName: null,
  contextTokens: 10_000,
  maxOutputTokens: 1_000,
  priceFlat: 5,
  priceInput: null,
  priceOutput: null,
  priceCachedInput: null,
  costPerMillion: null,
  parameters: [],
  isEnabled: true,
  background: false,
  isDefault: false,
  isFallback: false,
  position: 0,
};
const by = (modelId: string, change: Partial<ByAdmin> = {}): ByAdmin => ({
  ...{ adminId: "admin", requestId: "r", modelId, expectedVersion: undefined, offered },
  ...change,
});

it("leaves one default and one fallback, however many are made at once", async () => {
  const databases = Array.from({ length: 4 }, () => openDatabase(scene.url));
  const written = await Promise.all(
    databases.map((database, at) =>
      writeModel(database, by(`scripted/m${at}`), { ...model, isDefault: true, isFallback: true }),
    ),
  );
  await Promise.all(databases.map((database) => database.close()));
  expect(written.map(({ outcome }) => outcome)).toEqual(Array(4).fill("written"));
  const { rows, defaultModel } = await listModelRows(scene.database, offered);
  expect(rows.filter(({ isDefault }) => isDefault).map(({ id }) => id)).toEqual([defaultModel]);
  expect(rows.filter(({ isFallback }) => isFallback)).toHaveLength(1);
});

it("never leaves conversations without a default model, whoever is faster", async () => {
  const outcomeOf = async (work: Promise<{ outcome: string }>) => (await work).outcome;
  const disabled = { ...model, isEnabled: false };
  // The settings' default, of which nothing is written yet.
  expect(await outcomeOf(writeModel(scene.database, by(offered.defaultModel), disabled))).toBe("no_default");
  await writeModel(scene.database, by("scripted/new"), { ...model, isDefault: true });
  expect(await outcomeOf(writeModel(scene.database, by(offered.defaultModel), disabled))).toBe("written");
  // Giving the flag back would leave the disabled one.
  expect(await outcomeOf(writeModel(scene.database, by("scripted/new"), model))).toBe("no_default");
  expect(await outcomeOf(deleteModel(scene.database, by("scripted/new")))).toBe("no_default");
  const other = openDatabase(scene.url);
  await writeModel(scene.database, by(offered.defaultModel), model);
  const raced = await Promise.all([
    outcomeOf(writeModel(scene.database, by(offered.defaultModel), disabled)),
    outcomeOf(writeModel(other, by("scripted/new"), model)),
  ]);
  await other.close();
  expect(raced.toSorted()).toEqual(["no_default", "written"]);
});

it("refuses who has seen another version, and records what was done", async () => {
  const first = await writeModel(scene.database, by("scripted/a", { expectedVersion: 0 }), model);
  expect(first).toMatchObject({ outcome: "written", row: { version: 1 } });
  const stale = by("scripted/a", { expectedVersion: 0 });
  expect(await writeModel(scene.database, stale, model)).toEqual({ outcome: "stale" });
  expect(await deleteModel(scene.database, stale)).toEqual({ outcome: "stale" });
  expect(await deleteModel(scene.database, by("scripted/b"))).toEqual({ outcome: "not_found" });
  expect(await deleteModel(scene.database, by("scripted/a", { expectedVersion: 1 }))).toEqual({
    outcome: "deleted",
  });
  const actions = await scene.rows(`select action, details->>'priceFlat' as price from admin_actions
    where details->>'model' = 'scripted/a' order by created_at`);
  expect(actions).toEqual([
    { action: "model.written", price: "5" },
    { action: "model.deleted", price: "5" },
  ]);
});
