import { REPLY_PATIENCE_SECONDS } from "@parley/settings/definitions";
import { and, eq, getTableColumns, isNotNull, isNull, type SQL, sql } from "drizzle-orm";
import { beginningOf } from "./beginning-of.ts";
import { ownConversation } from "./conversations.ts";
import { countRows } from "./count-rows.ts";
import type { Database } from "./database.ts";
import { type JsonRow, rowFromJson } from "./json-row.ts";
import { behindNumber, inOrder, type PageOf, pageLimit } from "./keyset.ts";
import { prepared } from "./prepared.ts";
import type { ReplyNews } from "./reply-news.ts";
import { conversations } from "./schema/conversations.ts";
import { messages } from "./schema/messages.ts";
import { type GivenContext, replies } from "./schema/replies.ts";

type WholeReply = typeof replies.$inferSelect;

/** `answer` is the text of the reply's message while it has one that is not deleted. */
export type ReplyRow = Omit<WholeReply, "context" | "systemPrompt"> & {
  answer: string | null;
  answerVersion: number | null;
};
export type ReplyWithContext = ReplyRow & Pick<WholeReply, "systemPrompt"> & { context: GivenContext | null };

type AnswerRow = Pick<typeof messages.$inferSelect, "content" | "version" | "isDeleted">;

/** The row of an answer of the database's own functions, with the message that the reply has. */
export function replyFromJson(json: JsonRow, message?: AnswerRow): ReplyRow {
  const { context: _, systemPrompt: __, ...row } = rowFromJson(replies, json);
  const answer = message === undefined || message.isDeleted ? null : message.content;
  const reasoning = message?.isDeleted ? "" : row.reasoning;
  return { ...row, reasoning, answer, answerVersion: message?.version ?? null };
}

const { context: _context, systemPrompt, ...shown } = getTableColumns(replies);

const columns = {
  ...shown,
  partialText: beginningOf(replies.partialText).as("partial_text"),
  answer: sql<
    string | null
  >`case when not ${messages.isDeleted} then ${beginningOf(messages.content)} end`.as("answer"),
  answerVersion: messages.version,
  // It goes with its answer: of a deleted one nothing is shown.
  reasoning: sql<string>`case when ${messages.isDeleted} then '' else ${replies.reasoning} end`.as(
    "reasoning",
  ),
};

const itsAnswer = and(eq(messages.ownerId, replies.ownerId), eq(messages.id, replies.assistantMessageId));

const itsConversation = and(
  eq(conversations.ownerId, replies.ownerId),
  eq(conversations.id, replies.conversationId),
  isNull(conversations.deletedAt),
);

const theReply = and(
  eq(replies.ownerId, sql.placeholder("ownerId")),
  eq(replies.id, sql.placeholder("replyId")),
);

const replyQuery = prepared((orm) =>
  orm
    .select(columns)
    .from(replies)
    .innerJoin(conversations, itsConversation)
    .leftJoin(messages, itsAnswer)
    .where(theReply)
    .prepare("get_reply"),
);

const contextQuery = prepared((orm) =>
  orm
    .select({
      ...columns,
      context: sql<GivenContext | null>`reply_context(${replies})`.as("context"),
      systemPrompt,
    })
    .from(replies)
    .innerJoin(conversations, itsConversation)
    .leftJoin(messages, itsAnswer)
    .where(theReply)
    .prepare("get_reply_with_context"),
);

/** A reply of this owner, or undefined; none of a deleted conversation. One round trip. */
export async function getReply(
  database: Database,
  ownerId: string,
  replyId: string,
): Promise<ReplyRow | undefined> {
  const [row] = await database.run(({ orm }) => replyQuery(orm).execute({ ownerId, replyId }));
  return row;
}

/** The same with what its model was given. One round trip. */
export async function getReplyWithContext(
  database: Database,
  ownerId: string,
  replyId: string,
): Promise<ReplyWithContext | undefined> {
  const [row] = await database.run(({ orm }) => contextQuery(orm).execute({ ownerId, replyId }));
  return row;
}

export interface ReplyPage extends PageOf<number> {
  status?: ReplyRow["status"] | undefined;
}

/** What the status implies is said too, because the partial indexes are by that. */
function hasStatus(status: ReplyRow["status"]): SQL | undefined {
  const isIt = eq(replies.status, status);
  if (status === "queued" || status === "in_progress") return and(isIt, isNull(replies.finishedAt));
  if (status !== "failed" && status !== "cancelled") return isIt;
  return and(isIt, isNotNull(replies.finishedAt), isNull(replies.finishReason));
}

function matching(
  ownerId: string,
  conversationId: string,
  status: ReplyRow["status"] | undefined,
): SQL | undefined {
  return and(
    eq(replies.ownerId, ownerId),
    eq(replies.conversationId, conversationId),
    status && hasStatus(status),
  );
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
  const direction = inOrder(page);
  const found = await database.run(({ orm }) => {
    const listed = orm
      .select(columns)
      .from(replies)
      .leftJoin(messages, itsAnswer)
      .where(
        and(matching(ownerId, conversationId, page.status), behindNumber(replies.ordinal, replies.id, page)),
      )
      .orderBy(direction(replies.ordinal), direction(replies.id))
      .limit(pageLimit(page))
      .as("listed");
    return orm
      .select(listed._.selectedFields)
      .from(conversations)
      .leftJoinLateral(listed, sql`true`)
      .where(ownConversation(ownerId, conversationId))
      .orderBy(direction(listed.ordinal), direction(listed.id))
      .prepare("list_replies")
      .execute();
  });
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
  return database.run(({ orm }) => countRows(orm, replies, matching(ownerId, conversationId, status)));
}

export type CancelledReply =
  | {
      outcome: "cancelled" | "repeated" | "ended";
      reply: ReplyRow;
      nextReplyId: string | null;
      news: ReplyNews;
    }
  | { outcome: "not_found" };

/** Cancels an unfinished reply; its text so far becomes the answer. One round trip. */
export async function cancelReply(
  database: Database,
  ownerId: string,
  replyId: string,
): Promise<CancelledReply> {
  const { answer, news } = await database.run((connection) =>
    connection.callWithNews("cancel_reply", ownerId, { ownerId, replyId }),
  );
  if (answer.outcome === "not_found") return { outcome: "not_found" };
  return {
    outcome: answer.outcome,
    reply: replyFromJson(answer.reply, answer.message ? rowFromJson(messages, answer.message) : undefined),
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
    connection.call("repair_reply", {
      ownerId,
      replyId,
      patienceSeconds: patience,
    }),
  );
  return answer.replyId ?? undefined;
}
