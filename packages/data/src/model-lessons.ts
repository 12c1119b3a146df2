import { and, eq, ne, type SQL, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { newId } from "./ids.ts";
import { adminActions } from "./schema/admin-actions.ts";
import { type Learnt, modelLessons } from "./schema/model-lessons.ts";

/** What the server of a model has taught. */
export type LessonsRow = typeof modelLessons.$inferSelect;

// Users may name any model of a server, and some servers answer to every name.
const mostRows = 1_000;
/** Of the settings that a model refused, the latest. */
const mostRefused = 32;

export async function findLessons(database: Database, model: string): Promise<LessonsRow | undefined> {
  const [row] = await database.run(({ orm }) =>
    orm.select().from(modelLessons).where(eq(modelLessons.model, model)),
  );
  return row;
}

/** Those of every model. */
export async function listLessons(database: Database): Promise<LessonsRow[]> {
  return database.run(({ orm }) => orm.select().from(modelLessons).orderBy(modelLessons.model));
}

const bothRefused: SQL = sql`(select jsonb_agg(said order by place) from (
  select said, max(place) as place from jsonb_array_elements(coalesce(${modelLessons.learnt}->'refused', '[]')
    || coalesce(excluded.learnt->'refused', '[]')) with ordinality as each (said, place)
  group by said order by max(place) desc limit ${mostRefused}) as latest)`;

const merged: SQL = sql`jsonb_strip_nulls(${modelLessons.learnt} || excluded.learnt || jsonb_build_object('refused', ${bothRefused}))`;

/** Adds to what is known of a model's server; what another server taught is forgotten. undefined: there is no room. */
export async function keepLessons(
  database: Database,
  model: string,
  { server, learnt }: { server: string; learnt: Learnt },
): Promise<LessonsRow | undefined> {
  const isSame = sql`${modelLessons.server} = excluded.server`;
  return database.run(async ({ orm }) => {
    const known = await orm.$count(modelLessons, ne(modelLessons.model, model));
    if (known >= mostRows) return undefined;
    const [row] = await orm
      .insert(modelLessons)
      .values({ model, server, learnt })
      .onConflictDoUpdate({
        target: modelLessons.model,
        set: {
          server: sql`excluded.server`,
          learnt: sql`case when ${isSame} then ${merged} else excluded.learnt end`,
          version: sql`${modelLessons.version} + 1`,
          updatedAt: sql`now()`,
        },
      })
      .returning();
    return row;
  });
}

/** Takes back what was learnt of a model, and records it; does nothing where nothing was. */
export async function forgetLessons(
  database: Database,
  { adminId, requestId, modelId }: { adminId: string; requestId: string; modelId: string },
): Promise<void> {
  await database.run(({ orm }) =>
    orm.transaction(async (transaction) => {
      const [row] = await transaction
        .update(modelLessons)
        .set({ learnt: {}, version: sql`${modelLessons.version} + 1`, updatedAt: sql`now()` })
        .where(and(eq(modelLessons.model, modelId), ne(modelLessons.learnt, {})))
        .returning();
      if (row === undefined) return;
      await transaction
        .insert(adminActions)
        .values({ id: newId(), adminId, requestId, action: "model.unlearnt", details: { model: modelId } });
    }),
  );
}
