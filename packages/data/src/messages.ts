import {
  type AnyColumn,
  and,
  count,
  eq,
  getTableColumns,
  isNull,
  type Placeholder,
  type SQL,
  sql,
} from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { beginningOf, partOf } from "./beginning-of.ts";
import { activeReplyId, ownConversation } from "./conversations.ts";
import type { Database } from "./database.ts";
import { rowFromJson } from "./json-row.ts";
import {
  behind,
  behindNumber,
  contains,
  defaultPageRows,
  inOrder,
  type PageOf,
  pageLimit,
} from "./keyset.ts";
import { answerCount, itsReply, outcomeColumns, type WithReply } from "./message-replies.ts";
import { type Orm, prepared } from "./prepared.ts";
import type { ReplyNews } from "./reply-news.ts";
import { conversations, type Metadata } from "./schema/conversations.ts";
import { messages } from "./schema/messages.ts";
import { replies } from "./schema/replies.ts";

export type MessageRow = typeof messages.$inferSelect;

export type MessageWithReply = MessageRow & WithReply;

/** Joins a message to its conversation. */
export const ofConversation = and(
  eq(conversations.ownerId, messages.ownerId),
  eq(conversations.id, messages.conversationId),
);

/** The text of a message as far as an answer could show it. */
export const shownContent = beginningOf(messages.content).as("content");

const messageQuery = prepared((orm) =>
  orm
    .select({
      ...getTableColumns(messages),
      content: partOf(messages.content, sql`${sql.placeholder("after")}`).as("content"),
      reply: outcomeColumns,
      answerCount: answerCount(messages),
    })
    .from(messages)
    .innerJoin(conversations, ofConversation)
    .leftJoin(replies, itsReply(messages))
    .where(
      and(
        eq(messages.ownerId, sql.placeholder("ownerId")),
        eq(messages.id, sql.placeholder("messageId")),
        eq(messages.conversationId, sql.placeholder("conversationId")),
        isNull(conversations.deletedAt),
      ),
    )
    .prepare("get_message"),
);

/** A message of this owner and conversation, deleted ones included, or undefined; its text from `after` code points on. */
export async function getMessage(
  database: Database,
  ownerId: string,
  conversationId: string,
  messageId: string,
  after = 0,
): Promise<MessageWithReply | undefined> {
  const values = { ownerId, conversationId, messageId, after };
  const [row] = await database.run(({ orm }) => messageQuery(orm).execute(values));
  return row;
}

export interface MessageFilter {
  q?: string | undefined;
  role?: "user" | "assistant" | undefined;
  versions: "active" | "all";
}

function matching({ q, role, versions }: MessageFilter): SQL | undefined {
  return and(
    ofConversation,
    // Not as a parameter: the index is a partial one, and Postgres would plan the query anew each time to use it.
    versions === "active" ? sql`${messages.isActive}` : undefined,
    role && eq(messages.role, role),
    q === undefined ? undefined : and(eq(messages.isDeleted, false), contains(messages.content, q)),
  );
}

export type MessagePage = MessageFilter & PageOf<number>;

const listedColumns = {
  id: messages.id,
  ownerId: messages.ownerId,
  conversationId: messages.conversationId,
  position: messages.position,
  role: messages.role,
  content: shownContent,
  replyTo: messages.replyTo,
  replyId: messages.replyId,
  isEdited: messages.isEdited,
  isDeleted: messages.isDeleted,
  isActive: messages.isActive,
  answerNumber: messages.answerNumber,
  metadata: messages.metadata,
  rating: messages.rating,
  ratingComment: messages.ratingComment,
  createdAt: messages.createdAt,
  updatedAt: messages.updatedAt,
};

/** A message as pages have it. */
export type ListedMessage = Pick<MessageRow, keyof typeof listedColumns> & WithReply;

// `offset 0` has it looked up once, not for each row.
const replying = sql`(select ${activeReplyId} is not null as is_replying offset 0) as replying`;

/** What a page is sorted by. A position has one active message, and its versions come in the order they were made. */
function sortedBy(
  { position, createdAt, id }: Record<"position" | "createdAt" | "id", AnyColumn>,
  { versions }: MessageFilter,
): AnyColumn[] {
  return versions === "active" ? [position, id] : [position, createdAt, id];
}

function behindPage(
  orm: Orm,
  ownerId: string | Placeholder,
  conversationId: string | Placeholder,
  page: MessagePage,
): SQL | undefined {
  if (page.versions === "active") return behindNumber(messages.position, messages.id, page);
  if (page.after === undefined) return undefined;
  // The row that the page before ended with is looked up, because a cursor holds no times.
  const last = alias(messages, "last");
  const lastRow = orm
    .select({ position: last.position, createdAt: last.createdAt, id: last.id })
    .from(last)
    .where(
      and(eq(last.ownerId, ownerId), eq(last.conversationId, conversationId), eq(last.id, page.after.id)),
    );
  return behind(sortedBy(messages, page), lastRow, page.order);
}

/** The lateral join reads the rows of the page alone, whatever the conversation holds. */
function pageQuery(
  orm: Orm,
  ownerId: string | Placeholder,
  conversationId: string | Placeholder,
  page: MessagePage,
) {
  const direction = inOrder(page);
  const listed = orm
    .select(listedColumns)
    .from(messages)
    .where(and(matching(page), behindPage(orm, ownerId, conversationId, page)))
    .orderBy(...sortedBy(messages, page).map(direction))
    .limit(pageLimit(page))
    .as("listed");
  return orm
    .select({
      ...listed._.selectedFields,
      reply: outcomeColumns,
      answerCount: answerCount(listed),
      isReplying: sql<boolean>`replying.is_replying`,
    })
    .from(conversations)
    .innerJoinLateral(replying, sql`true`)
    .leftJoinLateral(listed, sql`true`)
    .leftJoin(replies, itsReply(listed))
    .where(ownConversation(ownerId, conversationId))
    .orderBy(...sortedBy(listed, page).map(direction))
    .prepare("list_messages");
}

export interface MessagesRead {
  rows: ListedMessage[];
  /** Whether a reply of the conversation is unfinished. */
  isReplying: boolean;
}

const latestPage = { order: "desc", limit: defaultPageRows, versions: "active" } as const;

// What opening a conversation asks for: building it each time would take longer than to read its answer.
const latestQuery = prepared((orm) =>
  pageQuery(orm, sql.placeholder("ownerId"), sql.placeholder("conversationId"), latestPage),
);

function isLatest({ order, limit, versions, after, q, role }: MessagePage): boolean {
  return (
    order === latestPage.order &&
    limit === latestPage.limit &&
    versions === latestPage.versions &&
    after === undefined &&
    q === undefined &&
    role === undefined
  );
}

/**
 * A page of a conversation's messages; undefined when the owner has no such conversation. One round trip.
 */
export async function listMessages(
  database: Database,
  ownerId: string,
  conversationId: string,
  page: MessagePage,
): Promise<MessagesRead | undefined> {
  const found = await database.run(({ orm }) =>
    isLatest(page)
      ? latestQuery(orm).execute({ ownerId, conversationId })
      : pageQuery(orm, ownerId, conversationId, page).execute(),
  );
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
  const [row] = await database.run(({ orm }) =>
    orm
      .select({ rows: count() })
      .from(conversations)
      .innerJoin(messages, matching(filter))
      .where(ownConversation(ownerId, conversationId))
      .prepare("count_messages")
      .execute(),
  );
  return row?.rows ?? 0;
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
): Promise<MessageWithReply | "not_found" | "stale" | "deleted"> {
  const answer = await database.run((connection) => connection.call("edit_message", change));
  if (answer.outcome !== "edited") return answer.outcome;
  const row = answer.reply === null ? null : rowFromJson(replies, answer.reply);
  const reply = row && { ...row, hasReasoning: row.reasoning !== "" };
  return { ...rowFromJson(messages, answer.message), reply, answerCount: answer.answerCount };
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
    connection.callWithNews("delete_message", args.ownerId, args),
  );
  if (answer.outcome !== "deleted") return { outcome: answer.outcome };
  return {
    outcome: "deleted",
    nextReplyId: answer.nextReplyId,
    cancelledReplyIds: answer.cancelled.map((reply) => String(reply.id)),
    news,
  };
}
