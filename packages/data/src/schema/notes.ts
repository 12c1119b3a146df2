import { type SQL, sql } from "drizzle-orm";
import { customType, foreignKey, index, jsonb, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { timestamps, version } from "./columns.ts";
import { conversations } from "./conversations.ts";
import { users } from "./users.ts";

const tsvector = customType<{ data: string }>({ dataType: () => "tsvector" });

export const notes = pgTable(
  "notes",
  {
    id: text("id").notNull(),
    ownerId: text("owner_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    title: text("title"),
    content: text("content").notNull(),
    tags: jsonb("tags").$type<string[]>().notNull().default([]),
    version: version(),
    // For the model's own search; `simple` suits any language.
    words: tsvector("words").generatedAlwaysAs(
      (): SQL => sql`words_of(coalesce(title, '') || ' ' || content)`,
    ),
    ...timestamps(),
  },
  (table) => [
    primaryKey({ columns: [table.ownerId, table.id] }),
    index("notes_created").on(table.ownerId, table.createdAt, table.id),
    index("notes_words").using("gin", table.words),
  ],
);

/** The notes that every prompt of a conversation holds. */
export const conversationNotes = pgTable(
  "conversation_notes",
  {
    ownerId: text("owner_id").notNull(),
    conversationId: text("conversation_id").notNull(),
    noteId: text("note_id").notNull(),
    ...timestamps(),
  },
  (table) => [
    primaryKey({ columns: [table.ownerId, table.conversationId, table.noteId] }),
    foreignKey({
      columns: [table.ownerId, table.conversationId],
      foreignColumns: [conversations.ownerId, conversations.id],
      name: "conversation_notes_conversation",
    }).onDelete("cascade"),
    foreignKey({
      columns: [table.ownerId, table.noteId],
      foreignColumns: [notes.ownerId, notes.id],
      name: "conversation_notes_note",
    }).onDelete("cascade"),
    index("conversation_notes_by_note").on(table.ownerId, table.noteId),
  ],
);
