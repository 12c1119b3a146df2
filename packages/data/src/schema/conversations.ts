import { type AnyColumn, type SQL, sql } from "drizzle-orm";
import { index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import { idempotency, instant, timestamps, version } from "./columns.ts";
import type { ReplySettings } from "./reply-settings.ts";
import { users } from "./users.ts";

export type Metadata = Record<string, string | number | boolean>;

/** Whether an index by labels has a conversation. */
export function hasLabels({ tags, metadata }: Record<"tags" | "metadata", AnyColumn>): SQL {
  return sql`(${tags} <> '[]'::jsonb or ${metadata} <> '{}'::jsonb)`;
}

/** When a conversation expires, as a time in UTC: a day's length would else depend on a time zone. */
export function expiryOf({
  updatedAt,
  expiresInDays,
}: Record<"updatedAt" | "expiresInDays", AnyColumn>): SQL {
  return sql`((${updatedAt} at time zone 'UTC') + ${expiresInDays} * interval '1 day')`;
}

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
    // What its replies are asked with.
    settings: jsonb("settings").$type<ReplySettings>().notNull().default({}),
    status: text("status", { enum: ["active", "archived"] })
      .notNull()
      .default("active"),
    metadata: jsonb("metadata").$type<Metadata>().notNull().default({}),
    tags: jsonb("tags").$type<string[]>().notNull().default([]),
    // After its last change; null: as long as the deployment keeps any.
    expiresInDays: integer("expires_in_days"),
    // What a fork was copied from. No foreign key: the fork outlives it.
    forkedFromConversationId: text("forked_from_conversation_id"),
    forkedFromMessageId: text("forked_from_message_id"),
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
    // Of lists by tag and metadata. Only those that have any: each message of a conversation writes its index entries.
    index("conversations_labels")
      .using("gin", sql`conversation_labels(${table.ownerId}, ${table.tags}, ${table.metadata})`)
      .where(hasLabels(table)),
    index("conversations_expiry").on(expiryOf(table)).where(sql`${table.expiresInDays} is not null`),
    index("conversations_deleted").on(table.deletedAt).where(sql`${table.deletedAt} is not null`),
  ],
);
