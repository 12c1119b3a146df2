import { changeShape } from "./change-shape.ts";
import { countRows } from "./count-rows.ts";
import type { Database } from "./database.ts";
import { fromJson, type JsonRow } from "./json-row.ts";
import { type PageOf, pageShape, pageValues } from "./keyset.ts";
import type { ReplyNews } from "./reply-news.ts";
import type { conversations, Metadata } from "./schema/conversations.ts";
import * as statements from "./statements/conversations.ts";
import { conversationFields } from "./statements/fields.ts";

export type ConversationRow = typeof conversations.$inferSelect & { activeReplyId: string | null };

/** The row of an answer of the database's own functions. */
export function conversationFromJson(json: JsonRow): ConversationRow {
  return { ...fromJson(conversationFields, json), activeReplyId: json.active_reply_id as string | null };
}

/** A conversation of this owner that is not deleted, or undefined. One round trip. */
export async function getConversation(
  database: Database,
  ownerId: string,
  conversationId: string,
): Promise<ConversationRow | undefined> {
  const [row] = await database.run(({ rows }) => rows(statements.get, { ownerId, conversationId }));
  return row;
}

export interface ConversationFilter {
  q?: string | undefined;
  status?: "active" | "archived" | "deleted" | undefined;
}

function filterShape({ q, status }: ConversationFilter): statements.ConversationFilterShape {
  return { q: q !== undefined, status };
}

export interface ConversationPage extends ConversationFilter, PageOf<string> {
  sort: "updatedAt" | "createdAt";
}

/** Up to `limit` conversations; `sortKey` is the sorted column with its microseconds. */
export async function listConversations(
  database: Database,
  ownerId: string,
  page: ConversationPage,
): Promise<(ConversationRow & { sortKey: string })[]> {
  const shape = { page: pageShape(page), sort: page.sort, filter: filterShape(page) };
  const values = { ownerId, q: page.q, ...pageValues(page) };
  return database.run(({ rows }) => rows(statements.list(shape), values));
}

/** How many conversations match. */
export async function countConversations(
  database: Database,
  ownerId: string,
  filter: ConversationFilter,
): Promise<number> {
  return countRows(database, statements.count(filterShape(filter)), { ownerId, q: filter.q });
}

export interface ConversationChange {
  title?: string | null | undefined;
  description?: string | null | undefined;
  systemPrompt?: string | null | undefined;
  systemPromptId?: string | null | undefined;
  model?: string | null | undefined;
  status?: "active" | "archived" | undefined;
  metadata?: Metadata | undefined;
}

/** The changed conversation; undefined when there is none, or none of `expectedVersion`. */
export async function updateConversation(
  database: Database,
  ownerId: string,
  conversationId: string,
  change: ConversationChange,
  expectedVersion: number | undefined,
): Promise<ConversationRow | undefined> {
  const statement = statements.update(changeShape(change, expectedVersion));
  const values = { ownerId, conversationId, ...change, expectedVersion };
  const [row] = await database.run(({ rows }) => rows(statement, values));
  return row;
}

export type DeletedConversation =
  | { outcome: "deleted"; cancelledReplyIds: string[]; news: ReplyNews }
  | { outcome: "not_found" | "stale" };

/** Soft delete; its unfinished replies are cancelled. */
export async function deleteConversation(
  database: Database,
  args: { ownerId: string; conversationId: string; expectedVersion: number | undefined },
): Promise<DeletedConversation> {
  const { answer, news } = await database.run((connection) =>
    connection.callWithNews<{ outcome: DeletedConversation["outcome"]; cancelled: JsonRow[] }>(
      "delete_conversation",
      args.ownerId,
      args,
    ),
  );
  if (answer.outcome !== "deleted") return { outcome: answer.outcome };
  return { outcome: "deleted", cancelledReplyIds: answer.cancelled.map((reply) => String(reply.id)), news };
}

/** Days in which a deletion can be undone. */
export const restorableDays = 30;

/** Undoes a deletion; a conversation that is not deleted is answered as it is. */
export async function restoreConversation(
  database: Database,
  ownerId: string,
  conversationId: string,
): Promise<ConversationRow | "not_found" | "gone"> {
  const answer = await database.run((connection) =>
    connection.call<{ outcome: "restored" | "not_found" | "gone"; conversation: JsonRow }>(
      "restore_conversation",
      {
        ownerId,
        conversationId,
        days: restorableDays,
      },
    ),
  );
  return answer.outcome === "restored" ? conversationFromJson(answer.conversation) : answer.outcome;
}

/** Removes conversations for good whose deletion can no longer be undone; at most `limit`. Answers how many. */
export async function purgeConversations(database: Database, limit: number): Promise<number> {
  const purged = await database.run(({ rows }) => rows(statements.purge, { days: restorableDays, limit }));
  return purged.length;
}
