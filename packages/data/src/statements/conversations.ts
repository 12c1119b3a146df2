import { and, asc, desc, eq, getTableColumns, isNotNull, isNull, or, type SQL, sql } from "drizzle-orm";
import type { ChangeShape } from "../change-shape.ts";
import { activeReplyId } from "../drizzle/active-reply.ts";
import { behindPageByInstant, contains, exactInstant, pageLimit, usualPages } from "../drizzle/keyset.ts";
import { counting, db, given, statement, statements } from "../drizzle/statement.ts";
import type { PageShape } from "../keyset.ts";
import { conversations } from "../schema/conversations.ts";

const columns = { ...getTableColumns(conversations), activeReplyId: activeReplyId.as("active_reply_id") };

const ofOwner = eq(conversations.ownerId, sql.placeholder("ownerId"));

const theConversation = and(
  ofOwner,
  eq(conversations.id, sql.placeholder("conversationId")),
  isNull(conversations.deletedAt),
);

export const get = statement(() => db.select(columns).from(conversations).where(theConversation));

export interface ConversationFilterShape {
  /** Whether a text to look for is given. */
  q: boolean;
  status: "active" | "archived" | "deleted" | undefined;
}

function matching({ q, status }: ConversationFilterShape): SQL | undefined {
  const words = sql.placeholder("q");
  return and(
    ofOwner,
    status === "deleted" ? isNotNull(conversations.deletedAt) : isNull(conversations.deletedAt),
    status === "active" || status === "archived" ? eq(conversations.status, status) : undefined,
    q ? or(contains(conversations.title, words), contains(conversations.description, words)) : undefined,
  );
}

export interface ConversationPageShape {
  page: PageShape;
  sort: "updatedAt" | "createdAt";
  filter: ConversationFilterShape;
}

export const list = statements(
  ({ page, sort, filter }: ConversationPageShape) => {
    const column = sort === "updatedAt" ? conversations.updatedAt : conversations.createdAt;
    const direction = page.order === "asc" ? asc : desc;
    return db
      .select({ ...columns, sortKey: exactInstant(column).as("sort_key") })
      .from(conversations)
      .where(and(matching(filter), behindPageByInstant(column, conversations.id, page)))
      .orderBy(direction(column), direction(conversations.id))
      .limit(pageLimit(page));
  },
  usualPages.map((page) => ({ page, sort: "updatedAt", filter: { q: false, status: undefined } })),
);

export const count = statements((filter: ConversationFilterShape) =>
  counting(conversations, matching(filter)),
);

export const update = statements(({ changed, isVersioned }: ChangeShape) => {
  const query = db
    .update(conversations)
    .set({
      ...given(changed),
      version: sql`${conversations.version} + 1`,
      updatedAt: sql`now()`,
    } as object)
    .where(
      and(
        theConversation,
        isVersioned ? eq(conversations.version, sql.placeholder("expectedVersion")) : undefined,
      ),
    )
    .returning(columns);
  return { query, returned: columns };
});

export const purge = statement(() => {
  const returned = { id: conversations.id };
  const query = db
    .delete(conversations)
    .where(
      sql`(owner_id, id) in (select owner_id, id from ${conversations}
        where deleted_at < now() - make_interval(days => ${sql.placeholder("days")}::integer)
        limit ${sql.placeholder("limit")})`,
    )
    .returning(returned);
  return { query, returned };
});
