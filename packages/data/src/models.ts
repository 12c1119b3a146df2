import { desc, eq, or, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { models } from "./schema/models.ts";
import type { OfferedModels } from "./send-message.ts";

export type ModelRow = typeof models.$inferSelect;

/** Whether a message could ask the model now. */
export async function isModelOffered(
  database: Database,
  { models: settings, providers }: OfferedModels,
  id: string,
): Promise<boolean> {
  const offered = JSON.stringify({ models: settings, providers });
  const [found] = await database.run(async ({ orm }) =>
    orm.execute<{ terms: unknown }>(sql`select model_terms(${id}, ${offered}::text::jsonb) as terms`),
  );
  return found?.terms != null;
}

/**
 * What admins wrote about the model to ask when another stays away.
 * @param configured the one of the settings, of which nothing may be written
 */
export async function findFallback(
  database: Database,
  configured: string | undefined,
): Promise<ModelRow | undefined> {
  const named = configured === undefined ? undefined : eq(models.id, configured);
  const [row] = await database.run(async ({ orm }) =>
    orm
      .select()
      .from(models)
      .where(or(eq(models.isFallback, true), named))
      .orderBy(desc(models.isFallback))
      .limit(1),
  );
  return row;
}
