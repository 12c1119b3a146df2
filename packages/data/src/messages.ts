import { countRows } from "./count-rows.ts";
import type { Database } from "./database.ts";
import { fromJson, type JsonRow } from "./json-row.ts";
import { type PageOf, pageShape, pageValues } from "./keyset.ts";
import type { ReplyNews } from "./reply-news.ts";
import type { Metadata } from "./schema/conversations.ts";
import type { messages } from "./schema/messages.ts";
import { messageFields } from "./statements/fields.ts";
import * as statements from "./statements/messages.ts";

export type MessageRow = typeof messages.$inferSelect;

/** A message of this owner and conversation, deleted ones included, or undefined. */
export async function getMessage(
  database: Database,
  ownerId: string,
  conversationId: string,
  messageId: string,
): Promise<MessageRow | undefined> {
  const values = { ownerId, conversationId, messageId };
  const [row] = await database.run(({ rows }) => rows(statements.get, values));
  return row;
}

export interface MessageFilter {
  q?: string | undefined;
  role?: "user" | "assistant" | undefined;
  versions: "active" | "all";
}

function filterShape({ q, role, versions }: MessageFilter): statements.MessageFilterShape {
  return { q: q !== undefined, role: role !== undefined, versions };
}

export type MessagePage = MessageFilter & PageOf<number>;

/** A message as pages have it. */
export type ListedMessage = Pick<MessageRow, statements.ListedColumn>;

export interface MessagesRead {
  rows: ListedMessage[];
  /** Whether a reply of the conversation is unfinished. */
  isReplying: boolean;
}

/**
 * A page of a conversation's messages; undefined when the owner has no such conversation. One round trip:
 * the lateral join reads `limit` rows, whatever the conversation holds.
 */
export async function listMessages(
  database: Database,
  ownerId: string,
  conversationId: string,
  page: MessagePage,
): Promise<MessagesRead | undefined> {
  const statement = statements.list({ page: pageShape(page), filter: filterShape(page) });
  const values = { ownerId, conversationId, q: page.q, role: page.role, ...pageValues(page) };
  const found = await database.run(({ rows }) => rows(statement, values));
  const [first] = found;
  if (first === undefined) return undefined;
  // A conversation without messages is one row of nulls.
  return { rows: first.id === null ? [] : (found as ListedMessage[]), isReplying: first.isReplying };
}

/** How many messages of the conversation match. */
export async function countMessages(
  database: Database,
  ownerId: string,
  conversationId: string,
  filter: MessageFilter,
): Promise<number> {
  const { q, role } = filter;
  return countRows(database, statements.count(filterShape(filter)), { ownerId, conversationId, q, role });
}

export interface MessageChange {
  ownerId: string;
  conversationId: string;
  messageId: string;
  content?: string | undefined;
  metadata?: Metadata | undefined;
  expectedVersion: number | undefined;
}

/** Edits a message; its earlier text is kept as a version. */
export async function editMessage(
  database: Database,
  change: MessageChange,
): Promise<MessageRow | "not_found" | "stale" | "deleted"> {
  const answer = await call<"edited" | "not_found" | "stale" | "deleted">(database, "edit_message", change);
  return answer.outcome === "edited" ? fromJson(messageFields, answer.message) : answer.outcome;
}

export type DeletedMessage =
  | { outcome: "deleted"; nextReplyId: string | null; cancelledReplyIds: string[]; news: ReplyNews }
  | { outcome: "not_found" | "stale" };

/** Soft delete; the message's unfinished replies are cancelled. Repeating it changes nothing. */
export async function deleteMessage(
  database: Database,
  args: { ownerId: string; conversationId: string; messageId: string; expectedVersion: number | undefined },
): Promise<DeletedMessage> {
  const { answer, news } = await database.run((connection) =>
    connection.callWithNews<Answer<"deleted" | "not_found" | "stale">>("delete_message", args.ownerId, args),
  );
  if (answer.outcome !== "deleted") return { outcome: answer.outcome };
  return {
    outcome: "deleted",
    nextReplyId: answer.nextReplyId,
    cancelledReplyIds: answer.cancelled.map((reply) => String(reply.id)),
    news,
  };
}

interface Answer<Outcome> {
  outcome: Outcome;
  message: JsonRow;
  cancelled: JsonRow[];
  nextReplyId: string | null;
}

function call<Outcome>(database: Database, name: string, args: object): Promise<Answer<Outcome>> {
  return database.run((connection) => connection.call<Answer<Outcome>>(name, args));
}
