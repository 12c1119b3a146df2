import { type AnyColumn, and, asc, desc, eq, getTableColumns, isNull, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { activeReplyId } from "../drizzle/active-reply.ts";
import { behindPageByNumber, behindPageByRow, contains, pageLimit, usualPages } from "../drizzle/keyset.ts";
import { db, statement, statements } from "../drizzle/statement.ts";
import type { PageShape } from "../keyset.ts";
import { conversations } from "../schema/conversations.ts";
import { messages } from "../schema/messages.ts";

const theConversation = and(
  eq(conversations.ownerId, sql.placeholder("ownerId")),
  eq(conversations.id, sql.placeholder("conversationId")),
  isNull(conversations.deletedAt),
);

export const get = statement(() =>
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
);

export interface MessageFilterShape {
  /** Whether a text to look for is given. */
  q: boolean;
  /** Whether a role is given. */
  role: boolean;
  versions: "active" | "all";
}

function matching({ q, role, versions }: MessageFilterShape): SQL | undefined {
  return and(
    eq(messages.ownerId, conversations.ownerId),
    eq(messages.conversationId, conversations.id),
    // Not as a parameter: the index is a partial one, and Postgres would plan the statement anew each time to use it.
    versions === "active" ? sql`${messages.isActive}` : undefined,
    role ? eq(messages.role, sql.placeholder("role")) : undefined,
    q ? and(eq(messages.isDeleted, false), contains(messages.content, sql.placeholder("q"))) : undefined,
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

export type ListedColumn = keyof typeof listed;

// `offset 0` has it looked up once, not for each row.
const replying = sql`(select ${activeReplyId} is not null as is_replying offset 0) as replying`;

const last = alias(messages, "last");

/** The row that the page before ended with; looked up, because a cursor holds no times. */
const lastRow = db
  .select({ position: last.position, createdAt: last.createdAt, id: last.id })
  .from(last)
  .where(
    and(
      eq(last.ownerId, sql.placeholder("ownerId")),
      eq(last.conversationId, sql.placeholder("conversationId")),
      eq(last.id, sql.placeholder("afterId")),
    ),
  );

/** What a page is sorted by. A position has one active message, and its versions come in the order they were made. */
function sortedBy<C>(
  { position, createdAt, id }: Record<SortedColumn, C>,
  { versions }: MessageFilterShape,
): C[] {
  return versions === "active" ? [position, id] : [position, createdAt, id];
}

type SortedColumn = "position" | "createdAt" | "id";

function behindPage(page: PageShape, filter: MessageFilterShape): SQL | undefined {
  return filter.versions === "active"
    ? behindPageByNumber(messages.position, messages.id, page)
    : behindPageByRow(sortedBy<AnyColumn>(messages, filter), lastRow, page);
}

/** The lateral join reads the rows of the page alone, whatever the conversation holds. */
export const list = statements(
  ({ page, filter }: { page: PageShape; filter: MessageFilterShape }) => {
    const direction = page.order === "asc" ? asc : desc;
    const found = db
      .select(listed)
      .from(messages)
      .where(and(matching(filter), behindPage(page, filter)))
      .orderBy(...sortedBy<AnyColumn>(messages, filter).map(direction))
      .limit(pageLimit(page))
      .as("found");
    return db
      .select({ ...found._.selectedFields, isReplying: sql<boolean>`replying.is_replying` })
      .from(conversations)
      .innerJoinLateral(replying, sql`true`)
      .leftJoinLateral(found, sql`true`)
      .where(theConversation)
      .orderBy(...sortedBy<AnyColumn>(found, filter).map(direction));
  },
  usualPages.map((page) => ({ page, filter: { q: false, role: false, versions: "active" } })),
);

export const count = statements((filter: MessageFilterShape) =>
  db
    .select({ count: sql<number>`count(*)::integer` })
    .from(conversations)
    .innerJoin(messages, matching(filter))
    .where(theConversation),
);
