import { pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { timestamps } from "./columns.ts";
import { users } from "./users.ts";

/** Ids that clients may have made, of what has been erased since: they are not taken again. */
export const spentIds = pgTable(
  "spent_ids",
  {
    ownerId: text("owner_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    kind: text("kind", { enum: ["conversation", "message"] }).notNull(),
    id: text("id").notNull(),
    ...timestamps(),
  },
  (table) => [primaryKey({ columns: [table.ownerId, table.kind, table.id] })],
);
