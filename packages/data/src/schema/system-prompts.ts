import { sql } from "drizzle-orm";
import { boolean, index, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import { timestamps, version } from "./columns.ts";
import { users } from "./users.ts";

export const systemPrompts = pgTable(
  "system_prompts",
  {
    id: text("id").notNull(),
    ownerId: text("owner_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    content: text("content").notNull(),
    visibility: text("visibility", { enum: ["private", "public"] })
      .notNull()
      .default("private"),
    isDefault: boolean("is_default").notNull().default(false),
    version: version(),
    ...timestamps(),
  },
  (table) => [
    primaryKey({ columns: [table.ownerId, table.id] }),
    uniqueIndex("system_prompts_default").on(table.ownerId).where(sql`${table.isDefault}`),
    index("system_prompts_created").on(table.ownerId, table.createdAt, table.id),
    // Public ones are found without their owner: by id, and as a list.
    uniqueIndex("system_prompts_public").on(table.id).where(sql`${table.visibility} = 'public'`),
    index("system_prompts_public_created")
      .on(table.createdAt, table.id)
      .where(sql`${table.visibility} = 'public'`),
  ],
);
