import { index, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import { instant, timestamps } from "./columns.ts";
import { users } from "./users.ts";

/** Open WebSocket connections, by the id that API Gateway gave them. */
export const connections = pgTable(
  "connections",
  {
    id: text("id").notNull(),
    ownerId: text("owner_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    // Of the API key that it was opened with: when that is revoked, nothing more is sent.
    apiKeyHash: text("api_key_hash"),
    // The end of the token that it was opened with, and at the latest that of every connection: API Gateway closes
    // it after 2 hours, and does not always tell.
    expiresAt: instant("expires_at").notNull(),
    ...timestamps(),
  },
  (table) => [
    primaryKey({ columns: [table.ownerId, table.id] }),
    // Messages and disconnects name the connection alone.
    uniqueIndex("connections_id").on(table.id),
    index("connections_expires").on(table.expiresAt),
  ],
);
