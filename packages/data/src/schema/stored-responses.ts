import { index, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { timestamps } from "./columns.ts";

/**
 * Answers that a provider keeps until it is told to forget them. They outlast the reply, its conversation and its
 * account, which is why none of these is a key here: nobody else knows what is still to be forgotten.
 */
export const storedResponses = pgTable(
  "stored_responses",
  {
    userId: text("user_id").notNull(),
    replyId: text("reply_id").notNull(),
    responseId: text("response_id").notNull(),
    // Whose answer it is, and with that the provider that has it.
    model: text("model").notNull(),
    ...timestamps(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.replyId, table.responseId] }),
    index("stored_responses_created").on(table.createdAt),
  ],
);
