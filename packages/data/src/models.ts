import { asc, desc, eq, getTableColumns, or, type SQL, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import type { Orm, Transaction } from "./prepared.ts";
import { models } from "./schema/models.ts";
import type { OfferedModels } from "./send-message.ts";

export type ModelRow = typeof models.$inferSelect;

/** What admins wrote about models, and whether each may be asked. */
export type OfferedRow = ModelRow & { isOffered: boolean };

function jsonOf(offered: OfferedModels): SQL {
  return sql`${JSON.stringify(offered)}::text::jsonb`;
}

/** Whether a message could ask the model now. */
export async function isModelOffered(
  database: Database,
  offered: OfferedModels,
  id: string,
): Promise<boolean> {
  return database.run(({ orm }) => isOffered(orm, offered, sql`${id}`));
}

async function isOffered(orm: Orm | Transaction, offered: OfferedModels, id: SQL): Promise<boolean> {
  const [found] = await orm.execute<{ terms: unknown }>(
    sql`select model_terms(${id}, ${jsonOf(offered)}) as terms`,
  );
  return found?.terms != null;
}

/** Whether conversations that name no model have one. */
export async function hasDefaultModel(orm: Orm | Transaction, offered: OfferedModels): Promise<boolean> {
  return isOffered(orm, offered, sql`default_model_id(${jsonOf(offered)})`);
}

/** Every row, and the id of the model of conversations that name none. */
export async function listModelRows(
  database: Database,
  offered: OfferedModels,
): Promise<{ rows: OfferedRow[]; defaultModel: string }> {
  return database.run(async ({ orm }) => {
    const terms = sql<boolean>`model_terms(${models.id}, ${jsonOf(offered)}) is not null`;
    const rows = await orm
      .select({ ...getTableColumns(models), isOffered: terms.as("is_offered") })
      .from(models)
      .orderBy(asc(models.position), asc(models.id));
    const [chosen] = await orm.execute<{ id: string }>(
      sql`select default_model_id(${jsonOf(offered)}) as id`,
    );
    return { rows, defaultModel: chosen?.id ?? offered.defaultModel };
  });
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
