import { timingSafeEqual } from "node:crypto";
import { and, eq, getTableColumns, isNull, type SQL, sql } from "drizzle-orm";
import { countRows } from "./count-rows.ts";
import type { Database } from "./database.ts";
import { type JsonRow, rowFromJson } from "./json-row.ts";
import { behindInstant, exactInstant, inOrder, type PageOf, pageLimit } from "./keyset.ts";
import { type ApiKeyScope, apiKeys } from "./schema/api-keys.ts";

/** How the API sees a key: without what it is recognised by. */
export type ApiKeyRow = Omit<typeof apiKeys.$inferSelect, "hash" | "lookup">;

/** Most keys a user may have that are not revoked. */
export const mostApiKeys = 100;

function lookupOf(hash: string): string {
  return hash.slice(0, 16);
}

export interface NewApiKey {
  ownerId: string;
  apiKeyId: string;
  name: string;
  /** SHA-256 of the key, hex. */
  hash: string;
  hint: string;
  scopes: readonly ApiKeyScope[];
  expiresAt: string | null;
  idempotencyKey?: string | undefined;
  idempotencyFingerprint?: string | undefined;
}

export type CreatedApiKey =
  | { outcome: "created" | "replayed"; apiKey: ApiKeyRow }
  | { outcome: "mismatch" | "too_many" };

/** Stores a new key. One round trip. */
export async function createApiKey(database: Database, key: NewApiKey): Promise<CreatedApiKey> {
  const answer = await database.run((connection) =>
    connection.call<{ outcome: CreatedApiKey["outcome"]; apiKey: JsonRow }>("create_api_key", {
      ...key,
      lookup: lookupOf(key.hash),
      most: mostApiKeys,
    }),
  );
  const { outcome } = answer;
  if (outcome === "mismatch" || outcome === "too_many") return { outcome };
  return { outcome, apiKey: rowFromJson(apiKeys, answer.apiKey) };
}

const { hash: _hash, lookup: _lookup, ...columns } = getTableColumns(apiKeys);

function ofOwner(ownerId: string): SQL | undefined {
  return and(eq(apiKeys.ownerId, ownerId), isNull(apiKeys.revokedAt));
}

/** Up to `limit` keys that are not revoked; `sortKey` is their creation with its microseconds. */
export async function listApiKeys(
  database: Database,
  ownerId: string,
  page: PageOf<string>,
): Promise<(ApiKeyRow & { sortKey: string })[]> {
  const direction = inOrder(page);
  return database.run(({ orm }) =>
    orm
      .select({ ...columns, sortKey: exactInstant(apiKeys.createdAt).as("sort_key") })
      .from(apiKeys)
      .where(and(ofOwner(ownerId), behindInstant(apiKeys.createdAt, apiKeys.id, page)))
      .orderBy(direction(apiKeys.createdAt), direction(apiKeys.id))
      .limit(pageLimit(page))
      .prepare("list_api_keys")
      .execute(),
  );
}

/** How many keys of this owner are not revoked. */
export async function countApiKeys(database: Database, ownerId: string): Promise<number> {
  return database.run(({ orm }) => countRows(orm, apiKeys, ofOwner(ownerId)));
}

/** Ends a key for good; false when the owner has none of that id. */
export async function revokeApiKey(database: Database, ownerId: string, apiKeyId: string): Promise<boolean> {
  const revoked = await database.run(({ orm }) =>
    orm
      .update(apiKeys)
      .set({ revokedAt: sql`now()`, updatedAt: sql`now()` })
      .where(and(ofOwner(ownerId), eq(apiKeys.id, apiKeyId)))
      .returning({ id: apiKeys.id })
      .prepare("revoke_api_key")
      .execute(),
  );
  return revoked.length > 0;
}

export type ApiKeyResolution =
  | {
      outcome: "active" | "disabled";
      user: { id: string };
      key: { scopes: ApiKeyScope[]; expiresAt: Date | null };
    }
  | { outcome: "refused" };

interface ResolvedJson {
  outcome: "active" | "disabled";
  userId: string;
  apiKey: JsonRow;
}

/**
 * The owner of the key with this hash, and what the key may do; notes its use, at most once a minute, and refills
 * the month's tokens. One round trip.
 * @param hash SHA-256 of the key, hex
 */
export async function resolveApiKey(
  database: Database,
  hash: string,
  monthlyTokens: number,
): Promise<ApiKeyResolution> {
  const answer = await database.run((connection) =>
    connection.call<ResolvedJson | { outcome: "refused" }>("resolve_api_key", {
      lookup: lookupOf(hash),
      monthlyTokens,
    }),
  );
  if (answer.outcome === "refused") return answer;
  const apiKey = rowFromJson(apiKeys, answer.apiKey);
  if (!timingSafeEqual(Buffer.from(apiKey.hash, "hex"), Buffer.from(hash, "hex"))) {
    return { outcome: "refused" };
  }
  const { scopes, expiresAt } = apiKey;
  return { outcome: answer.outcome, user: { id: answer.userId }, key: { scopes, expiresAt } };
}

/** Days for which a revoked key is kept, so that a repeated request to create it finds it. */
const keptDays = 30;

/** Removes keys that were revoked long ago; at most `limit`. Answers how many. */
export async function purgeApiKeys(database: Database, limit: number): Promise<number> {
  const purged = await database.run(({ orm }) =>
    orm
      .delete(apiKeys)
      .where(
        sql`(owner_id, id) in (select owner_id, id from ${apiKeys}
          where revoked_at < now() - make_interval(days => ${keptDays}::integer) limit ${limit})`,
      )
      .returning({ id: apiKeys.id }),
  );
  return purged.length;
}
