import { REPLY_PATIENCE_SECONDS } from "@parley/settings/definitions";
import { countRows } from "./count-rows.ts";
import type { Database } from "./database.ts";
import { fromJson, type JsonRow } from "./json-row.ts";
import { type PageOf, pageShape, pageValues } from "./keyset.ts";
import type { ReplyNews } from "./reply-news.ts";
import type { GivenContext, replies } from "./schema/replies.ts";
import { replyFields } from "./statements/fields.ts";
import * as statements from "./statements/replies.ts";

type WholeReply = typeof replies.$inferSelect;

/** `answer` is the text of the reply's message while it has one that is not deleted. */
export type ReplyRow = Omit<WholeReply, "context" | "systemPrompt"> & {
  answer: string | null;
  answerVersion: number | null;
};
export type ReplyWithContext = ReplyRow & Pick<WholeReply, "systemPrompt"> & { context: GivenContext | null };

/** The row of an answer of the database's own functions; `answer` where the caller knows it. */
export function replyFromJson(json: JsonRow, answer: string | null = null): ReplyRow {
  const { context: _, systemPrompt: __, ...row } = fromJson(replyFields, json);
  return { ...row, answer, answerVersion: answer === null ? null : 1 };
}

/** A reply of this owner, or undefined; none of a deleted conversation. One round trip. */
export async function getReply(
  database: Database,
  ownerId: string,
  replyId: string,
): Promise<ReplyRow | undefined> {
  const [row] = await database.run(({ rows }) => rows(statements.get, { ownerId, replyId }));
  return row;
}

/** The same with what its model was given. One round trip. */
export async function getReplyWithContext(
  database: Database,
  ownerId: string,
  replyId: string,
): Promise<ReplyWithContext | undefined> {
  const [row] = await database.run(({ rows }) => rows(statements.getWithContext, { ownerId, replyId }));
  return row;
}

export interface ReplyPage extends PageOf<number> {
  status?: ReplyRow["status"] | undefined;
}

/**
 * A page of a conversation's replies in the order they were asked for; undefined when the owner has no such
 * conversation. One round trip.
 */
export async function listReplies(
  database: Database,
  ownerId: string,
  conversationId: string,
  page: ReplyPage,
): Promise<ReplyRow[] | undefined> {
  const statement = statements.list({ page: pageShape(page), filter: { status: page.status } });
  const values = { ownerId, conversationId, ...pageValues(page) };
  const found = await database.run(({ rows }) => rows(statement, values));
  if (found.length === 0) return undefined;
  // A conversation without replies is one row of nulls.
  return found[0]?.id === null ? [] : (found as ReplyRow[]);
}

/** How many replies of the conversation match. */
export async function countReplies(
  database: Database,
  ownerId: string,
  conversationId: string,
  status: ReplyRow["status"] | undefined,
): Promise<number> {
  return countRows(database, statements.count({ status }), { ownerId, conversationId });
}

export type CancelledReply =
  | {
      outcome: "cancelled" | "repeated" | "ended";
      reply: ReplyRow;
      nextReplyId: string | null;
      news: ReplyNews;
    }
  | { outcome: "not_found" };

/** Cancels an unfinished reply, keeping its partial text. One round trip. */
export async function cancelReply(
  database: Database,
  ownerId: string,
  replyId: string,
): Promise<CancelledReply> {
  const { answer, news } = await database.run((connection) =>
    connection.callWithNews<{
      outcome: CancelledReply["outcome"];
      reply: JsonRow;
      nextReplyId?: string | null;
    }>("cancel_reply", ownerId, { ownerId, replyId }),
  );
  if (answer.outcome === "not_found") return { outcome: "not_found" };
  return {
    outcome: answer.outcome,
    reply: replyFromJson(answer.reply),
    nextReplyId: answer.nextReplyId ?? null,
    news,
  };
}

/** Says of a row whether a poll should call `repairReply`. */
export function needsRepair(reply: ReplyRow, patience: number, now: Date = new Date()): boolean {
  if (reply.status === "queued") return reply.enqueuedAt.getTime() < now.getTime() - patience * 1000;
  return reply.status === "in_progress" && reply.leasedUntil !== null && reply.leasedUntil < now;
}

/**
 * The reply whose job to send again so that this one gets on, or undefined. It is marked, so that many polls
 * send one job.
 */
export async function repairReply(
  database: Database,
  ownerId: string,
  replyId: string,
  patience: number = REPLY_PATIENCE_SECONDS.default,
): Promise<string | undefined> {
  const answer = await database.run((connection) =>
    connection.call<{ replyId: string | null }>("repair_reply", {
      ownerId,
      replyId,
      patienceSeconds: patience,
    }),
  );
  return answer.replyId ?? undefined;
}
