import { sql } from "drizzle-orm";

/**
 * Of a row of conversations, the first of its unfinished replies. Its order is that of their index: a plan for whether
 * there is any goes through all replies where most are unfinished.
 */
// Names in full: of columns inside a select from one table, Drizzle writes the name alone.
export const activeReplyId = sql<string | null>`(
  select replies.id from replies where replies.owner_id = conversations.owner_id
    and replies.conversation_id = conversations.id and replies.finished_at is null
  order by replies.ordinal limit 1)`;
