import { index, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { timestamps } from "./columns.ts";
import { users } from "./users.ts";

/** Which request made which row, for rows that may be deleted before their key is forgotten. */
export const idempotencyKeys = pgTable(
  "idempotency_keys",
  {
    ownerId: text("owner_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** The kind of row, which stands for the route. */
    kind: text("kind", { enum: ["note", "system_prompt", "api_key", "token_grant"] }).notNull(),
    key: text("key").notNull(),
    fingerprint: text("fingerprint").notNull(),
    resourceId: text("resource_id").notNull(),
    ...timestamps(),
  },
  (table) => [
    primaryKey({ columns: [table.ownerId, table.kind, table.key] }),
    index("idempotency_keys_created").on(table.createdAt),
  ],
);
