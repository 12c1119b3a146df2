import { and, eq, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import type { Transaction } from "./prepared.ts";
import { idempotencyKeys } from "./schema/idempotency-keys.ts";

/** What a request made, or made before (`replayed`); `mismatch`: its key was used for another body. */
export type Created =
  | { outcome: "created" | "replayed"; id: string; createdAt: Date }
  | { outcome: "mismatch" };

/** What a request says of itself. Without a key it is never taken for a repetition. */
export interface IdempotentRequest {
  idempotencyKey?: string | undefined;
  idempotencyFingerprint?: string | undefined;
}

export interface RequestedRow {
  ownerId: string;
  kind: typeof idempotencyKeys.$inferSelect.kind;
  resourceId: string;
}

export type EarlierRequest = { outcome: "replayed"; id: string; createdAt: Date } | { outcome: "mismatch" };

function ofRequest(ownerId: string, kind: RequestedRow["kind"], key: string) {
  return and(
    eq(idempotencyKeys.ownerId, ownerId),
    eq(idempotencyKeys.kind, kind),
    eq(idempotencyKeys.key, key),
  );
}

/**
 * Remembers which row the request makes, in the transaction that makes it; undefined when that is new. A repetition
 * waits here for the request that it repeats.
 */
export async function rememberRequest(
  transaction: Transaction,
  { ownerId, kind, resourceId }: RequestedRow,
  { idempotencyKey: key, idempotencyFingerprint: fingerprint = "" }: IdempotentRequest,
): Promise<EarlierRequest | undefined> {
  if (key === undefined) return undefined;
  const remembered = await transaction
    .insert(idempotencyKeys)
    .values({ ownerId, kind, key, fingerprint, resourceId })
    .onConflictDoNothing()
    .returning({ key: idempotencyKeys.key });
  if (remembered.length > 0) return undefined;
  const [earlier] = await transaction
    .select()
    .from(idempotencyKeys)
    .where(ofRequest(ownerId, kind, key));
  if (earlier?.fingerprint !== fingerprint) return { outcome: "mismatch" };
  return { outcome: "replayed", id: earlier.resourceId, createdAt: earlier.createdAt };
}

/** Forgets a request that was refused: repeated, it is a new one. */
export async function forgetRequest(
  transaction: Transaction,
  { ownerId, kind }: Omit<RequestedRow, "resourceId">,
  { idempotencyKey: key }: IdempotentRequest,
): Promise<void> {
  if (key !== undefined) await transaction.delete(idempotencyKeys).where(ofRequest(ownerId, kind, key));
}

/** Forgets keys that are older than 48 h, twice what is promised; at most `limit`. Answers how many. */
export async function purgeIdempotencyKeys(database: Database, limit: number): Promise<number> {
  const purged = await database.run(({ orm }) =>
    orm
      .delete(idempotencyKeys)
      .where(
        sql`(owner_id, kind, key) in (select owner_id, kind, key from ${idempotencyKeys}
          where created_at < now() - interval '48 hours' limit ${limit})`,
      )
      .returning({ key: idempotencyKeys.key }),
  );
  return purged.length;
}
