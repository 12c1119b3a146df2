import { and, asc, desc, eq, getTableColumns, isNull, sql } from "drizzle-orm";
import { behindPageByInstant, exactInstant, pageLimit, usualPages } from "../drizzle/keyset.ts";
import { counting, db, statement, statements } from "../drizzle/statement.ts";
import type { PageShape } from "../keyset.ts";
import { apiKeys } from "../schema/api-keys.ts";

const { hash: _hash, lookup: _lookup, ...columns } = getTableColumns(apiKeys);

const ofOwner = and(eq(apiKeys.ownerId, sql.placeholder("ownerId")), isNull(apiKeys.revokedAt));

export const list = statements((page: PageShape) => {
  const direction = page.order === "asc" ? asc : desc;
  return db
    .select({ ...columns, sortKey: exactInstant(apiKeys.createdAt).as("sort_key") })
    .from(apiKeys)
    .where(and(ofOwner, behindPageByInstant(apiKeys.createdAt, apiKeys.id, page)))
    .orderBy(direction(apiKeys.createdAt), direction(apiKeys.id))
    .limit(pageLimit(page));
}, usualPages);

export const count = statement(() => counting(apiKeys, ofOwner));

export const revoke = statement(() => {
  const returned = { id: apiKeys.id };
  const query = db
    .update(apiKeys)
    .set({ revokedAt: sql`now()`, updatedAt: sql`now()` })
    .where(and(ofOwner, eq(apiKeys.id, sql.placeholder("apiKeyId"))))
    .returning(returned);
  return { query, returned };
});

export const purge = statement(() => {
  const returned = { id: apiKeys.id };
  const query = db
    .delete(apiKeys)
    .where(
      sql`(owner_id, id) in (select owner_id, id from ${apiKeys}
        where revoked_at < now() - make_interval(days => ${sql.placeholder("days")}::integer)
        limit ${sql.placeholder("limit")})`,
    )
    .returning(returned);
  return { query, returned };
});
