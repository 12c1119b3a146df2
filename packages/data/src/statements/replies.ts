import { and, asc, desc, eq, getTableColumns, isNotNull, isNull, type SQL, sql } from "drizzle-orm";
import { behindPageByNumber, pageLimit, usualPages } from "../drizzle/keyset.ts";
import { counting, db, statement, statements } from "../drizzle/statement.ts";
import type { PageShape } from "../keyset.ts";
import { conversations } from "../schema/conversations.ts";
import { messages } from "../schema/messages.ts";
import { type GivenContext, replies } from "../schema/replies.ts";

const { context: _, systemPrompt, ...shown } = getTableColumns(replies);

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

const theReply = and(
  eq(replies.ownerId, sql.placeholder("ownerId")),
  eq(replies.id, sql.placeholder("replyId")),
);

export const get = statement(() =>
  db
    .select(columns)
    .from(replies)
    .innerJoin(conversations, itsConversation)
    .leftJoin(messages, itsAnswer)
    .where(theReply),
);

export const getWithContext = statement(() =>
  db
    .select({
      ...columns,
      context: sql<GivenContext | null>`reply_context(${replies})`.as("context"),
      systemPrompt,
    })
    .from(replies)
    .innerJoin(conversations, itsConversation)
    .leftJoin(messages, itsAnswer)
    .where(theReply),
);

type Status = typeof replies.$inferSelect.status;

/** What the status implies is said too, because the partial indexes are by that. */
function hasStatus(status: Status): SQL | undefined {
  const isIt = eq(replies.status, status);
  if (status === "queued" || status === "in_progress") return and(isIt, isNull(replies.finishedAt));
  if (status !== "failed" && status !== "cancelled") return isIt;
  return and(isIt, isNotNull(replies.finishedAt), isNull(replies.assistantMessageId));
}

export interface ReplyFilterShape {
  status: Status | undefined;
}

function matching({ status }: ReplyFilterShape): SQL | undefined {
  return and(
    eq(replies.ownerId, sql.placeholder("ownerId")),
    eq(replies.conversationId, sql.placeholder("conversationId")),
    status && hasStatus(status),
  );
}

export const list = statements(
  ({ page, filter }: { page: PageShape; filter: ReplyFilterShape }) => {
    const direction = page.order === "asc" ? asc : desc;
    const found = db
      .select(columns)
      .from(replies)
      .leftJoin(messages, itsAnswer)
      .where(and(matching(filter), behindPageByNumber(replies.ordinal, replies.id, page)))
      .orderBy(direction(replies.ordinal), direction(replies.id))
      .limit(pageLimit(page))
      .as("found");
    return db
      .select(found._.selectedFields)
      .from(conversations)
      .leftJoinLateral(found, sql`true`)
      .where(
        and(
          eq(conversations.ownerId, sql.placeholder("ownerId")),
          eq(conversations.id, sql.placeholder("conversationId")),
          isNull(conversations.deletedAt),
        ),
      )
      .orderBy(direction(found.ordinal), direction(found.id));
  },
  usualPages.map((page) => ({ page, filter: { status: undefined } })),
);

export const count = statements((filter: ReplyFilterShape) => counting(replies, matching(filter)));
