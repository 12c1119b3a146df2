import { and, asc, desc, eq, isNotNull, isNull, type SQL } from "drizzle-orm";
import type { Database } from "./database.ts";
import type { JsonRow } from "./json-row.ts";
import type { After, Order } from "./keyset.ts";
import { behindInstant, exactInstant } from "./keyset.ts";
import { type ReplyRow, replyFromJson } from "./replies.ts";
import type { ReplyNews } from "./reply-news.ts";
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

interface Answer {
  outcome: "sent" | "replayed";
  reply: JsonRow;
}

/** Asks the message of a failed reply again, with the same model and at its owner's expense, and records it. */
export async function retryReply(database: Database, args: RetryReply): Promise<RetriedReply | RetryRefusal> {
  const { answer, news } = await database.run((connection) =>
    connection.callWithNews<Answer | RetryRefusal>("admin_retry_reply", args.ownerId, {
      ...args,
      onBusy: "enqueue",
    }),
  );
  if (!("reply" in answer)) return answer;
  return { outcome: answer.outcome, reply: replyFromJson(answer.reply), news };
}
