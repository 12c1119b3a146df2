import { sql } from "drizzle-orm";
import { index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import { idempotency, instant, timestamps, version } from "./columns.ts";
import { users } from "./users.ts";

export type Metadata = Record<string, string | number | boolean>;

export const conversations = pgTable(
  "conversations",
  {
    id: text("id").notNull(),
    ownerId: text("owner_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    title: text("title"),
    // Null where there is no title, and of titles that 0.1 has stored, which are people's.
    titleSource: text("title_source", { enum: ["user", "first_message", "model"] }),
    description: text("description"),
    systemPrompt: text("system_prompt"),
    // Where the copy above came from; the saved prompt may be gone, so this is no foreign key.
    systemPromptId: text("system_prompt_id"),
    model: text("model"),
    status: text("status", { enum: ["active", "archived"] })
      .notNull()
      .default("active"),
    metadata: jsonb("metadata").$type<Metadata>().notNull().default({}),
    nextPosition: integer("next_position").notNull().default(1),
    nextOrdinal: integer("next_ordinal").notNull().default(1),
    messageCount: integer("message_count").notNull().default(0),
    version: version(),
    deletedAt: instant("deleted_at"),
    ...idempotency(),
    ...timestamps(),
  },
  (table) => [
    primaryKey({ columns: [table.ownerId, table.id] }),
    uniqueIndex("conversations_idempotency").on(table.ownerId, table.idempotencyKey),
    index("conversations_updated").on(table.ownerId, table.updatedAt, table.id),
    index("conversations_created").on(table.ownerId, table.createdAt, table.id),
    index("conversations_deleted").on(table.deletedAt).where(sql`${table.deletedAt} is not null`),
  ],
);
