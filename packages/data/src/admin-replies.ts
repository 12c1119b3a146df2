import { and, asc, desc, eq, inArray, isNotNull, isNull, type SQL, sql } from "drizzle-orm";
import type { Database, WithNews } from "./database.ts";
import { newId } from "./ids.ts";
import type { After, Order } from "./keyset.ts";
import { behindInstant, exactInstant } from "./keyset.ts";
import type { Transaction } from "./prepared.ts";
import type { Procedures, SentAnswer } from "./procedures.ts";
import { type ReplyRow, replyFromJson } from "./replies.ts";
import type { ReplyNews } from "./reply-news.ts";
import { adminActions } from "./schema/admin-actions.ts";
import { conversations } from "./schema/conversations.ts";
import { replies } from "./schema/replies.ts";
import type { Question, Refusal } from "./send-message.ts";

/** What admins see of a reply: no text, neither its own nor what it was given. */
const columns = {
  id: replies.id,
  ownerId: replies.ownerId,
  conversationId: replies.conversationId,
  messageId: replies.messageId,
  status: replies.status,
  model: replies.model,
  errorCode: replies.errorCode,
  errorMessage: replies.errorMessage,
  attempt: replies.attempt,
  tokensCharged: replies.tokensCharged,
  createdAt: replies.createdAt,
  updatedAt: replies.updatedAt,
  startedAt: replies.startedAt,
  finishedAt: replies.finishedAt,
};

export type AdminReplyRow = Pick<ReplyRow, keyof typeof columns>;

/** The statuses that can be listed over all users: an index has those, which are few. */
export type ListedStatus = "failed" | "queued" | "in_progress";

// The conditions by which the partial indexes are found come first.
function ofStatus(status: ListedStatus): SQL | undefined {
  const indexed = status === "failed" ? isNotNull(replies.errorCode) : isNull(replies.finishedAt);
  return and(indexed, eq(replies.status, status));
}

export interface AdminReplyPage {
  status: ListedStatus;
  order: Order;
  limit: number;
  after?: After<string> | undefined;
}

/** Up to `limit` replies of all users; `sortKey` is when they were asked for, with its microseconds. */
export async function listRepliesByStatus(
  database: Database,
  { status, order, limit, after }: AdminReplyPage,
): Promise<(AdminReplyRow & { sortKey: string })[]> {
  const direction = order === "asc" ? asc : desc;
  return database.run(async ({ orm }) =>
    orm
      .select({ ...columns, sortKey: exactInstant(replies.createdAt).as("sort_key") })
      .from(replies)
      .where(and(ofStatus(status), behindInstant(replies.createdAt, replies.id, { order, after })))
      .orderBy(direction(replies.createdAt), direction(replies.id))
      .limit(limit),
  );
}

/** How many replies have that status. */
export async function countRepliesByStatus(database: Database, status: ListedStatus): Promise<number> {
  return database.run(async ({ orm }) => orm.$count(replies, ofStatus(status)));
}

/** Whose failed reply this is; undefined when none of that id has failed. */
export async function ownerOfFailedReply(database: Database, replyId: string): Promise<string | undefined> {
  const [row] = await database.run(async ({ orm }) =>
    orm
      .select({ ownerId: replies.ownerId })
      .from(replies)
      .where(and(eq(replies.id, replyId), ofStatus("failed"))),
  );
  return row?.ownerId;
}

export interface RetryReply extends Omit<Question, "model" | "onBusy"> {
  adminId: string;
  requestId: string;
  failedReplyId: string;
  replyIdempotencyKey?: string | undefined;
  replyIdempotencyFingerprint?: string | undefined;
}

export interface RetriedReply {
  /** `replayed`: by an earlier request with the same key. */
  outcome: "sent" | "replayed";
  reply: ReplyRow;
  news: ReplyNews;
}

export type RetryRefusal =
  | Refusal
  | { outcome: "not_failed"; status: string }
  /** The message has a later reply. */
  | { outcome: "asked_since"; replyId: string };

/** Asks the message of a failed reply again, with the same model and at its owner's expense, and records it. */
export async function retryReply(database: Database, args: RetryReply): Promise<RetriedReply | RetryRefusal> {
  const { adminId, ownerId: userId, requestId, failedReplyId } = args;
  return database.run(({ orm }) =>
    orm.transaction(async (transaction): Promise<RetriedReply | RetryRefusal> => {
      const failed = and(eq(replies.ownerId, userId), eq(replies.id, failedReplyId));
      // The lock that `ask_again` takes: two retries at once are one.
      const [conversation] = await transaction
        .select({ id: conversations.id })
        .from(conversations)
        .where(
          and(
            eq(conversations.ownerId, userId),
            inArray(
              conversations.id,
              transaction.select({ id: replies.conversationId }).from(replies).where(failed),
            ),
            isNull(conversations.deletedAt),
          ),
        )
        .for("no key update");
      const question = { ...args, onBusy: "enqueue" as const };
      const earlier = await callWithNews(transaction, "asked_before", question);
      if (earlier.answer !== null) return retried(earlier.answer, earlier.news);
      const [reply] = await transaction.select().from(replies).where(failed);
      if (conversation === undefined || reply === undefined) return { outcome: "not_found" };
      if (reply.status !== "failed") return { outcome: "not_failed", status: reply.status };
      const [latest] = await transaction
        .select({ id: replies.id })
        .from(replies)
        .where(and(eq(replies.ownerId, userId), eq(replies.messageId, reply.messageId)))
        .orderBy(desc(replies.ordinal))
        .limit(1);
      if (latest !== undefined && latest.id !== reply.id) {
        return { outcome: "asked_since", replyId: latest.id };
      }
      const { conversationId, messageId, model } = reply;
      const asked = { ...question, conversationId, messageId, model };
      const { answer, news } = await callWithNews(transaction, "ask_again", asked);
      if (answer.outcome === "sent") {
        await transaction.insert(adminActions).values({
          ...{ id: newId(), adminId, action: "reply.retried", userId, replyId: failedReplyId, requestId },
          details: { newReplyId: args.replyId },
        });
      }
      return retried(answer, news);
    }),
  );
}

function retried(answer: SentAnswer | Refusal, news: ReplyNews): RetriedReply | RetryRefusal {
  if (!("message" in answer)) return answer;
  if (answer.reply === null) throw new Error("A question that was asked again has no reply.");
  return { outcome: answer.outcome, reply: replyFromJson(answer.reply), news };
}

/** Calls a function of the database within a transaction. */
async function callWithNews<Name extends "asked_before" | "ask_again">(
  transaction: Transaction,
  name: Name,
  args: Procedures[Name]["arguments"],
): Promise<WithNews<Procedures[Name]["answer"]>> {
  type Row = WithNews<Procedures[Name]["answer"]> & Record<string, unknown>;
  const [row] = await transaction.execute<Row>(
    sql`select answer, reply_news(answer, ${args.ownerId}::text) as news
      from (select ${sql.identifier(name)}(${JSON.stringify(args)}::text::jsonb) as answer offset 0) as done`,
  );
  if (row === undefined) throw new Error(`${name} answered no row.`);
  return row;
}
