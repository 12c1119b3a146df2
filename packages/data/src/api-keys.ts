import { timingSafeEqual } from "node:crypto";
import { and, eq, getTableColumns, isNull, type SQL, sql } from "drizzle-orm";
import { countRows } from "./count-rows.ts";
import type { Database } from "./database.ts";
import { type IdempotentRequest, rememberRequest } from "./idempotency-keys.ts";
import { rowFromJson } from "./json-row.ts";
import { behindInstant, exactInstant, inOrder, type PageOf, pageLimit } from "./keyset.ts";
import { type ApiKeyScope, apiKeys } from "./schema/api-keys.ts";
import { connections } from "./schema/connections.ts";
import { withinLimits } from "./storage.ts";

/** How the API sees a key: without what it is recognised by. */
export type ApiKeyRow = Omit<typeof apiKeys.$inferSelect, "hash" | "lookup">;

function lookupOf(hash: string): string {
  return hash.slice(0, 16);
}

export interface NewApiKey extends IdempotentRequest {
  ownerId: string;
  apiKeyId: string;
  name: string;
  /** SHA-256 of the key, hex. */
  hash: string;
  hint: string;
  scopes: readonly ApiKeyScope[];
  expiresAt: string | null;
}

export type CreatedApiKey = { outcome: "created" | "replayed"; apiKey: ApiKeyRow } | { outcome: "mismatch" };

const { hash: _hash, lookup: _lookup, ...columns } = getTableColumns(apiKeys);

function ofOwner(ownerId: string): SQL | undefined {
  return and(eq(apiKeys.ownerId, ownerId), isNull(apiKeys.revokedAt));
}

/** Stores a new key. */
export async function createApiKey(database: Database, key: NewApiKey): Promise<CreatedApiKey> {
  const { ownerId, apiKeyId, name, hash, hint, scopes, expiresAt } = key;
  const requested = { ownerId, kind: "api_key", resourceId: apiKeyId } as const;
  return database.run(({ orm }) =>
    orm.transaction(async (transaction): Promise<CreatedApiKey> => {
      const earlier = await rememberRequest(transaction, requested, key);
      if (earlier?.outcome === "mismatch") return earlier;
      if (earlier !== undefined) {
        const [apiKey] = await transaction
          .select(columns)
          .from(apiKeys)
          .where(and(eq(apiKeys.ownerId, ownerId), eq(apiKeys.id, earlier.id)));
        return { outcome: "replayed", apiKey: apiKey as ApiKeyRow };
      }
      const [apiKey] = await withinLimits(transaction, ownerId, () =>
        transaction
          .insert(apiKeys)
          .values({
            ...{ ownerId, id: apiKeyId, name, hash, hint },
            lookup: lookupOf(hash),
            scopes: [...scopes],
            expiresAt: expiresAt === null ? null : new Date(expiresAt),
          })
          .returning(columns),
      );
      return { outcome: "created", apiKey: apiKey as ApiKeyRow };
    }),
  );
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

/** Ends a key for good. Answers the connections that were opened with it; undefined when the owner has none of that id. */
export async function revokeApiKey(
  database: Database,
  ownerId: string,
  apiKeyId: string,
): Promise<string[] | undefined> {
  const rows = await database.run(({ orm }) => {
    const revoked = orm.$with("revoked").as(
      orm
        .update(apiKeys)
        .set({ revokedAt: sql`now()`, updatedAt: sql`now()` })
        .where(and(ofOwner(ownerId), eq(apiKeys.id, apiKeyId)))
        .returning({ hash: apiKeys.hash }),
    );
    const withIt = and(eq(connections.ownerId, ownerId), eq(connections.apiKeyHash, revoked.hash));
    return orm
      .with(revoked)
      .select({ connectionId: connections.id })
      .from(revoked)
      .leftJoin(connections, withIt)
      .prepare("revoke_api_key")
      .execute();
  });
  if (rows.length === 0) return undefined;
  return rows.flatMap(({ connectionId }) => connectionId ?? []);
}

export type ApiKeyResolution =
  | {
      outcome: "active" | "disabled";
      user: { id: string };
      key: { scopes: ApiKeyScope[]; expiresAt: Date | null };
    }
  | { outcome: "refused" };

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
    connection.call("resolve_api_key", {
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
