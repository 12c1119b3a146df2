import type { Database } from "@parley/data/database";
import { type LessonsRow, listLessons } from "@parley/data/model-lessons";
import { findModel } from "@parley/llm/models";
import type { Asking } from "@parley/sending/asking";
import { type ModelEntry, partsOf, readModels } from "@parley/sending/model-list";

export interface ModelDependencies {
  database: Database;
  asking: Asking;
  /** Of each provider's server: what another one taught is not shown. */
  marks: ReadonlyMap<string, string>;
  /** Providers that lack their key, and are not offered. */
  keyless: readonly string[];
}

/** A model, and what its server has taught. */
export type AdminEntry = ModelEntry & { lessons: LessonsRow | undefined };

/** Every model that settings or admins speak of, and of the others those that have taught something. */
export async function readEntries({ database, asking, marks }: ModelDependencies): Promise<AdminEntry[]> {
  const { catalog, terms } = asking;
  const rows = await listLessons(database);
  const present = rows.filter(({ model, server }) => marks.get(partsOf(model).provider) === server);
  const lessons = new Map(present.map((row) => [row.model, row]));
  const listed = new Set(catalog.models.map(({ id }) => id));
  const others = present.flatMap(({ model }) => (listed.has(model) ? [] : (findModel(model, catalog) ?? [])));
  const models = await readModels(database, { ...catalog, models: [...catalog.models, ...others] }, terms);
  return models.map((model) => ({ ...model, lessons: lessons.get(model.id) }));
}

/** The model of that id; undefined where nobody speaks of it. */
export async function findEntry(models: ModelDependencies, id: string): Promise<AdminEntry | undefined> {
  return (await readEntries(models)).find((model) => model.id === id);
}
