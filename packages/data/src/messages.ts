import { and, asc, desc, eq, getTableColumns, isNull, type Placeholder, type SQL, sql } from "drizzle-orm";
import { activeReplyId } from "./conversations.ts";
import type { Connection, Database } from "./database.ts";
import { fromJson, type JsonRow } from "./json-row.ts";
import {
  type After,
  afterPlaceholders,
  afterValues,
  behindNumber,
  contains,
  type Order,
  preparedLimit,
} from "./keyset.ts";
import type { ReplyNews } from "./reply-news.ts";
import { conversations, type Metadata } from "./schema/conversations.ts";
import { messages } from "./schema/messages.ts";

export type MessageRow = typeof messages.$inferSelect;

/** A message of this owner and conversation, deleted ones included, or undefined. */
export async function getMessage(
  database: Database,
  ownerId: string,
  conversationId: string,
  messageId: string,
): Promise<MessageRow | undefined> {
  const [row] = await database.run((connection) =>
    connection
      .select("get_message", (db) =>
        db
          .select(getTableColumns(messages))
          .from(messages)
          .innerJoin(
            conversations,
            and(eq(conversations.ownerId, messages.ownerId), eq(conversations.id, messages.conversationId)),
          )
          .where(
            and(
              eq(messages.ownerId, sql.placeholder("ownerId")),
              eq(messages.id, sql.placeholder("messageId")),
              eq(messages.conversationId, sql.placeholder("conversationId")),
              isNull(conversations.deletedAt),
            ),
          ),
      )
      .execute({ ownerId, conversationId, messageId }),
  );
  return row;
}

export interface MessageFilter {
  q?: string | undefined;
  role?: "user" | "assistant" | undefined;
  versions: "active" | "all";
}

export interface MessagePage extends MessageFilter {
  order: Order;
  limit: number;
  after?: After<number> | undefined;
}

/** The filter's values, or what stands for them in a prepared statement. */
type Values<T> = { [K in keyof T]: T[K] | Placeholder };

function matching(
  filter: Values<Omit<MessageFilter, "versions">> & Pick<MessageFilter, "versions">,
): SQL | undefined {
  return and(
    eq(messages.ownerId, conversations.ownerId),
    eq(messages.conversationId, conversations.id),
    // Not as a parameter: the index is a partial one, and Postgres would plan the statement anew each time to use it.
    filter.versions === "active" ? sql`${messages.isActive}` : undefined,
    filter.role === undefined ? undefined : eq(messages.role, filter.role),
    filter.q === undefined
      ? undefined
      : and(eq(messages.isDeleted, false), contains(messages.content, filter.q)),
  );
}

function theConversation(
  ownerId: string | Placeholder,
  conversationId: string | Placeholder,
): SQL | undefined {
  return and(
    eq(conversations.ownerId, ownerId),
    eq(conversations.id, conversationId),
    isNull(conversations.deletedAt),
  );
}

const listed = {
  id: messages.id,
  conversationId: messages.conversationId,
  position: messages.position,
  role: messages.role,
  content: messages.content,
  replyTo: messages.replyTo,
  replyId: messages.replyId,
  isEdited: messages.isEdited,
  isDeleted: messages.isDeleted,
  isActive: messages.isActive,
  metadata: messages.metadata,
  createdAt: messages.createdAt,
  updatedAt: messages.updatedAt,
};

/** A message as pages have it. */
export type ListedMessage = Pick<MessageRow, keyof typeof listed>;

// `offset 0` has it looked up once, not for each row.
const replying = sql`(select ${activeReplyId} is not null as is_replying offset 0) as replying`;

/**
 * Built once for each shape of a page: what Drizzle builds takes longer than what Postgres answers. Flat, and without
 * columns that no page shows: what Drizzle makes of twenty rows takes as long too.
 */
function preparePage(connection: Connection, { q, role, versions, order, after, ...page }: MessagePage) {
  const { limit, name } = preparedLimit(page.limit);
  const has = (value: unknown, name: string) => (value === undefined ? undefined : sql.placeholder(name));
  const filter = { q: has(q, "q"), role: has(role, "role"), versions };
  const shape = [versions, order, name, filter.q && "q", filter.role && "role", after && "after"].join(" ");
  return connection.select(`list_messages ${shape}`, (db) => {
    const direction = order === "asc" ? asc : desc;
    const found = db
      .select(listed)
      .from(messages)
      .where(
        and(
          matching(filter),
          after && behindNumber(messages.position, messages.id, afterPlaceholders, order),
        ),
      )
      .orderBy(direction(messages.position), direction(messages.id))
      .limit(limit)
      .as("found");
    return db
      .select({ ...found._.selectedFields, isReplying: sql<boolean>`replying.is_replying` })
      .from(conversations)
      .innerJoinLateral(replying, sql`true`)
      .leftJoinLateral(found, sql`true`)
      .where(theConversation(sql.placeholder("ownerId"), sql.placeholder("conversationId")))
      .orderBy(direction(found.position), direction(found.id));
  });
}

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
  const { q, role, limit, after } = page;
  const values = { ownerId, conversationId, q, role, limit, ...afterValues(after) };
  const rows = await database.run((connection) => preparePage(connection, page).execute(values));
  const [first] = rows;
  if (first === undefined) return undefined;
  // A conversation without messages is one row of nulls.
  return { rows: first.id === null ? [] : (rows as ListedMessage[]), isReplying: first.isReplying };
}

/** How many messages of the conversation match. */
export async function countMessages(
  database: Database,
  ownerId: string,
  conversationId: string,
  filter: MessageFilter,
): Promise<number> {
  const [row] = await database.run(({ db }) =>
    db
      .select({ total: sql<number>`count(*)::int` })
      .from(conversations)
      .innerJoin(messages, matching(filter))
      .where(theConversation(ownerId, conversationId)),
  );
  return row?.total ?? 0;
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
  return answer.outcome === "edited" ? fromJson(messages, answer.message) : answer.outcome;
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
  return database.run((connection: Connection) => connection.call<Answer<Outcome>>(name, args));
}
