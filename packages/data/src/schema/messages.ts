import { sql } from "drizzle-orm";
import {
  boolean,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import { idempotency, instant, timestamps, version } from "./columns.ts";
import { conversations, type Metadata } from "./conversations.ts";

export const messages = pgTable(
  "messages",
  {
    id: text("id").notNull(),
    ownerId: text("owner_id").notNull(),
    conversationId: text("conversation_id").notNull(),
    position: integer("position").notNull(),
    role: text("role", { enum: ["user", "assistant"] }).notNull(),
    content: text("content").notNull(),
    replyTo: text("reply_to"),
    // Of an assistant message the reply that wrote it, of a user message its latest one. No foreign key:
    // replies point at messages already.
    replyId: text("reply_id"),
    isEdited: boolean("is_edited").notNull().default(false),
    isDeleted: boolean("is_deleted").notNull().default(false),
    isActive: boolean("is_active").notNull().default(true),
    // Which of the answers at its position it is: the active one is the last.
    answerNumber: integer("answer_number").notNull().default(1),
    metadata: jsonb("metadata").$type<Metadata>().notNull().default({}),
    // Of an answer, by its owner.
    rating: text("rating", { enum: ["up", "down"] }),
    ratingComment: text("rating_comment"),
    ratedAt: instant("rated_at"),
    version: version(),
    ...idempotency(),
    ...timestamps(),
  },
  (table) => [
    primaryKey({ columns: [table.ownerId, table.id] }),
    foreignKey({
      columns: [table.ownerId, table.conversationId],
      foreignColumns: [conversations.ownerId, conversations.id],
    }).onDelete("cascade"),
    foreignKey({
      columns: [table.ownerId, table.replyTo],
      foreignColumns: [table.ownerId, table.id],
      name: "messages_reply_to",
    }),
    uniqueIndex("messages_position")
      .on(table.ownerId, table.conversationId, table.position)
      .where(sql`${table.isActive}`),
    index("messages_versions")
      .on(table.ownerId, table.conversationId, table.position, table.id)
      .where(sql`not ${table.isActive}`),
    uniqueIndex("messages_answer").on(table.ownerId, table.replyId).where(sql`${table.role} = 'assistant'`),
    uniqueIndex("messages_idempotency")
      .on(table.ownerId, table.idempotencyKey)
      .where(sql`${table.idempotencyKey} is not null`),
    // Of deleting a conversation: the two partial indexes above are of no use to a foreign key, which would read all
    // messages of the owner (60 ms of half a million, for each conversation).
    index("messages_conversation").on(table.ownerId, table.conversationId),
    index("messages_newest")
      .on(table.ownerId, table.createdAt, table.id)
      .where(sql`${table.isActive} and not ${table.isDeleted}`),
    // For admins: what was said of models lately.
    index("messages_rated").on(table.ratedAt).where(sql`${table.rating} is not null`),
    index("messages_reply_to_idx").on(table.ownerId, table.replyTo).where(sql`${table.replyTo} is not null`),
  ],
);

/** Earlier text of edited messages. */
export const messageVersions = pgTable(
  "message_versions",
  {
    ownerId: text("owner_id").notNull(),
    messageId: text("message_id").notNull(),
    version: integer("version").notNull(),
    content: text("content").notNull(),
    ...timestamps(),
  },
  (table) => [
    primaryKey({ columns: [table.ownerId, table.messageId, table.version] }),
    foreignKey({
      columns: [table.ownerId, table.messageId],
      foreignColumns: [messages.ownerId, messages.id],
    }).onDelete("cascade"),
  ],
);
