import { and, eq, ne, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { newId } from "./ids.ts";
import { hasDefaultModel, type ModelRow } from "./models.ts";
import type { Transaction } from "./prepared.ts";
import { adminActions } from "./schema/admin-actions.ts";
import { models } from "./schema/models.ts";
import type { OfferedModels } from "./send-message.ts";

export interface ByAdmin {
  adminId: string;
  requestId: string;
  modelId: string;
  /** The version that must be there; 0 is no row. Absent: any. */
  expectedVersion: number | undefined;
  offered: OfferedModels;
}

/** All of a row: what is left out would stay as it was. */
export type WrittenModel = Omit<ModelRow, "id" | "version" | "createdAt" | "updatedAt">;

/** `no_default`: conversations that name no model would be left without one. */
type Refused = { outcome: "stale" | "no_default" };

class LeavesNoDefault extends Error {
  override readonly name = "LeavesNoDefault";
}

/** Changes rows one change at a time; what would leave no default model is undone. */
async function change<Outcome>(
  database: Database,
  offered: OfferedModels,
  work: (transaction: Transaction) => Promise<Outcome>,
): Promise<Outcome | Refused> {
  try {
    return await database.run(({ orm }) =>
      orm.transaction(async (transaction) => {
        // Messages only read: they do not wait.
        await transaction.execute(sql`lock table ${models} in share row exclusive mode`);
        const outcome = await work(transaction);
        if (!(await hasDefaultModel(transaction, offered))) throw new LeavesNoDefault();
        return outcome;
      }),
    );
  } catch (error) {
    if (error instanceof LeavesNoDefault) return { outcome: "no_default" };
    throw error;
  }
}

async function findRow(transaction: Transaction, id: string): Promise<ModelRow | undefined> {
  const [row] = await transaction.select().from(models).where(eq(models.id, id));
  return row;
}

const isStale = (row: ModelRow | undefined, expected: number | undefined) =>
  expected !== undefined && (row?.version ?? 0) !== expected;

/** What of a model is worth being read in the record of what admins did. */
function detailsOf({ id, priceFlat, priceInput, priceOutput, priceCachedInput, ...row }: ModelRow) {
  const prices = Object.entries({ priceFlat, priceInput, priceOutput, priceCachedInput });
  return {
    model: id,
    ...Object.fromEntries(prices.filter((each): each is [string, number] => each[1] !== null)),
    isEnabled: String(row.isEnabled),
    ...(row.background && { background: "true" }),
    isDefault: String(row.isDefault),
  };
}

/** Takes the flags from the rows that have had them: one model at a time has each. */
async function takeFlags(transaction: Transaction, id: string, written: WrittenModel): Promise<void> {
  const bumped = { version: sql`${models.version} + 1`, updatedAt: sql`now()` };
  for (const flag of ["isDefault", "isFallback"] as const) {
    if (!written[flag]) continue;
    await transaction
      .update(models)
      .set({ [flag]: false, ...bumped })
      .where(and(eq(models[flag], true), ne(models.id, id)));
  }
}

/** Writes all of a model's row, and records it. */
export async function writeModel(
  database: Database,
  { adminId, requestId, modelId, expectedVersion, offered }: ByAdmin,
  written: WrittenModel,
): Promise<{ outcome: "written"; row: ModelRow } | Refused> {
  return change(database, offered, async (transaction) => {
    const before = await findRow(transaction, modelId);
    if (isStale(before, expectedVersion)) return { outcome: "stale" as const };
    if (before?.isDefault === true && !written.isEnabled) return { outcome: "no_default" as const };
    await takeFlags(transaction, modelId, written);
    const [row] = await transaction
      .insert(models)
      .values({ id: modelId, ...written })
      .onConflictDoUpdate({
        target: models.id,
        set: { ...written, version: sql`${models.version} + 1`, updatedAt: sql`now()` },
      })
      .returning();
    if (row === undefined) throw new Error("a written row is not there");
    await transaction
      .insert(adminActions)
      .values({ id: newId(), adminId, requestId, action: "model.written", details: detailsOf(row) });
    return { outcome: "written" as const, row };
  });
}

/** Deletes a model's row, and records it. */
export async function deleteModel(
  database: Database,
  { adminId, requestId, modelId, expectedVersion, offered }: ByAdmin,
): Promise<{ outcome: "deleted" | "not_found" } | Refused> {
  return change(database, offered, async (transaction) => {
    const before = await findRow(transaction, modelId);
    if (before === undefined) return { outcome: "not_found" as const };
    if (isStale(before, expectedVersion)) return { outcome: "stale" as const };
    if (before.isDefault) return { outcome: "no_default" as const };
    await transaction.delete(models).where(eq(models.id, modelId));
    await transaction
      .insert(adminActions)
      .values({ id: newId(), adminId, requestId, action: "model.deleted", details: detailsOf(before) });
    return { outcome: "deleted" as const };
  });
}
