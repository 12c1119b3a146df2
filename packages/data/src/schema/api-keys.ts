import { sql } from "drizzle-orm";
import { index, jsonb, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import { instant, timestamps } from "./columns.ts";
import { users } from "./users.ts";

export type ApiKeyScope = "read" | "write";

export const apiKeys = pgTable(
  "api_keys",
  {
    id: text("id").notNull(),
    ownerId: text("owner_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    // SHA-256 of the key, hex. Looked up by its first 16 digits, so that the whole is compared in constant time.
    hash: text("hash").notNull(),
    lookup: text("lookup").notNull(),
    hint: text("hint").notNull(),
    scopes: jsonb("scopes").$type<ApiKeyScope[]>().notNull(),
    expiresAt: instant("expires_at"),
    lastUsedAt: instant("last_used_at"),
    revokedAt: instant("revoked_at"),
    ...timestamps(),
  },
  (table) => [
    primaryKey({ columns: [table.ownerId, table.id] }),
    uniqueIndex("api_keys_lookup").on(table.lookup),
    index("api_keys_created").on(table.ownerId, table.createdAt, table.id),
    index("api_keys_revoked").on(table.revokedAt).where(sql`${table.revokedAt} is not null`),
  ],
);
