import {
  and,
  asc,
  desc,
  eq,
  getTableColumns,
  isNotNull,
  isNull,
  type Placeholder,
  type SQL,
  sql,
} from "drizzle-orm";
import type { Connection, Database } from "./database.ts";
import { fromJson, type JsonRow } from "./json-row.ts";
import {
  type After,
  afterPlaceholders,
  afterValues,
  behindNumber,
  type Order,
  preparedLimit,
} from "./keyset.ts";
import type { ReplyNews } from "./reply-news.ts";
import { conversations } from "./schema/conversations.ts";
import { messages } from "./schema/messages.ts";
import { replies } from "./schema/replies.ts";

type WholeReply = typeof replies.$inferSelect;

/** What the model was given: a manifest that names up to a thousand messages, and a text of up to 64 KB. */
type Given = Pick<WholeReply, "context" | "systemPrompt">;

/** `answer` is the text of the reply's message while it has one that is not deleted. */
export type ReplyRow = Omit<WholeReply, keyof Given> & {
  answer: string | null;
  answerVersion: number | null;
};
export type ReplyWithContext = ReplyRow & Given;

/** The row of an answer of the database's own functions; `answer` where the caller knows it. */
export function replyFromJson(json: JsonRow, answer: string | null = null): ReplyRow {
  const { context: _, systemPrompt: __, ...row } = fromJson(replies, json);
  return { ...row, answer, answerVersion: answer === null ? null : 1 };
}

const { context, systemPrompt, ...shown } = getTableColumns(replies);

const columns = {
  ...shown,
  answer: sql<string | null>`case when not ${messages.isDeleted} then ${messages.content} end`.as("answer"),
  answerVersion: messages.version,
};

const itsAnswer = and(eq(messages.ownerId, replies.ownerId), eq(messages.id, replies.assistantMessageId));

const itsConversation = and(
  eq(conversations.ownerId, replies.ownerId),
  eq(conversations.id, replies.conversationId),
  isNull(conversations.deletedAt),
);

const isTheReply = and(
  eq(replies.ownerId, sql.placeholder("ownerId")),
  eq(replies.id, sql.placeholder("replyId")),
);

/** A reply of this owner, or undefined; none of a deleted conversation. One round trip. */
export async function getReply(
  database: Database,
  ownerId: string,
  replyId: string,
): Promise<ReplyRow | undefined> {
  const [row] = await database.run((connection) =>
    connection
      .select("get_reply", (db) =>
        db
          .select(columns)
          .from(replies)
          .innerJoin(conversations, itsConversation)
          .leftJoin(messages, itsAnswer)
          .where(isTheReply),
      )
      .execute({ ownerId, replyId }),
  );
  return row;
}

/** The same with what its model was given. One round trip. */
export async function getReplyWithContext(
  database: Database,
  ownerId: string,
  replyId: string,
): Promise<ReplyWithContext | undefined> {
  const [row] = await database.run((connection) =>
    connection
      .select("get_reply_with_context", (db) =>
        db
          .select({ ...columns, context, systemPrompt })
          .from(replies)
          .innerJoin(conversations, itsConversation)
          .leftJoin(messages, itsAnswer)
          .where(isTheReply),
      )
      .execute({ ownerId, replyId }),
  );
  return row;
}

export interface ReplyPage {
  status?: ReplyRow["status"] | undefined;
  order: Order;
  limit: number;
  after?: After<number> | undefined;
}

/** What the status implies is said too, because the partial indexes are by that. */
function hasStatus(status: ReplyRow["status"]): SQL | undefined {
  const isIt = eq(replies.status, status);
  if (status === "queued" || status === "in_progress") return and(isIt, isNull(replies.finishedAt));
  if (status !== "failed" && status !== "cancelled") return isIt;
  return and(isIt, isNotNull(replies.finishedAt), isNull(replies.assistantMessageId));
}

function matching(
  ownerId: string | Placeholder,
  conversationId: string | Placeholder,
  status: ReplyRow["status"] | undefined,
): SQL | undefined {
  return and(
    eq(replies.ownerId, ownerId),
    eq(replies.conversationId, conversationId),
    status && hasStatus(status),
  );
}

/** Built once for each shape of a page: what Drizzle builds takes longer than what Postgres answers. */
function preparePage(connection: Connection, { status, order, after, ...page }: ReplyPage) {
  const { limit, name } = preparedLimit(page.limit);
  return connection.select(`list_replies ${[status, order, name, after && "after"].join(" ")}`, (db) => {
    const direction = order === "asc" ? asc : desc;
    const [ownerId, conversationId] = [sql.placeholder("ownerId"), sql.placeholder("conversationId")];
    const found = db
      .select(columns)
      .from(replies)
      .leftJoin(messages, itsAnswer)
      .where(
        and(
          matching(ownerId, conversationId, status),
          after && behindNumber(replies.ordinal, replies.id, afterPlaceholders, order),
        ),
      )
      .orderBy(direction(replies.ordinal), direction(replies.id))
      .limit(limit)
      .as("found");
    return db
      .select(found._.selectedFields)
      .from(conversations)
      .leftJoinLateral(found, sql`true`)
      .where(
        and(
          eq(conversations.ownerId, ownerId),
          eq(conversations.id, conversationId),
          isNull(conversations.deletedAt),
        ),
      )
      .orderBy(direction(found.ordinal), direction(found.id));
  });
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
  const values = { ownerId, conversationId, limit: page.limit, ...afterValues(page.after) };
  const rows = await database.run((connection) => preparePage(connection, page).execute(values));
  if (rows.length === 0) return undefined;
  // A conversation without replies is one row of nulls.
  return rows[0]?.id === null ? [] : (rows as ReplyRow[]);
}

/** How many replies of the conversation match. */
export async function countReplies(
  database: Database,
  ownerId: string,
  conversationId: string,
  status: ReplyRow["status"] | undefined,
): Promise<number> {
  return database.run(({ db }) => db.$count(replies, matching(ownerId, conversationId, status)));
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

/** Seconds after which a queued reply without a worker counts as one whose job was lost. */
export const patienceSeconds = 30;

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
  patience: number = patienceSeconds,
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
