import {
  type AnyColumn,
  and,
  eq,
  getTableColumns,
  isNotNull,
  isNull,
  or,
  type Placeholder,
  type SQL,
  sql,
} from "drizzle-orm";
import { countRows } from "./count-rows.ts";
import type { Database } from "./database.ts";
import { type JsonRow, rowFromJson } from "./json-row.ts";
import { behindInstant, contains, exactInstant, inOrder, type PageOf, pageLimit } from "./keyset.ts";
import { prepared } from "./prepared.ts";
import type { ReplyNews } from "./reply-news.ts";
import { conversations, hasLabels, type Metadata } from "./schema/conversations.ts";
import type { SettingsChange } from "./schema/reply-settings.ts";
import { withinLimits } from "./storage.ts";

export type ConversationRow = typeof conversations.$inferSelect & { activeReplyId: string | null };

/**
 * Of a row of conversations, the first of its unfinished replies. Its order is that of their index: a plan for whether
 * there is any goes through all replies where most are unfinished.
 */
// Names in full: of columns inside a select from one table, Drizzle writes the name alone.
export const activeReplyId = sql<string | null>`(
  select replies.id from replies where replies.owner_id = conversations.owner_id
    and replies.conversation_id = conversations.id and replies.finished_at is null
  order by replies.ordinal limit 1)`;

const columns = { ...getTableColumns(conversations), activeReplyId: activeReplyId.as("active_reply_id") };

/** A conversation of this owner that is not deleted. */
export function ownConversation(
  ownerId: string | Placeholder,
  conversationId: string | Placeholder,
): SQL | undefined {
  return and(
    eq(conversations.ownerId, ownerId),
    eq(conversations.id, conversationId),
    isNull(conversations.deletedAt),
  );
}

/** The row of an answer of the database's own functions. */
export function conversationFromJson(json: JsonRow): ConversationRow {
  return { ...rowFromJson(conversations, json), activeReplyId: json.active_reply_id as string | null };
}

const conversationQuery = prepared((orm) =>
  orm
    .select(columns)
    .from(conversations)
    .where(ownConversation(sql.placeholder("ownerId"), sql.placeholder("conversationId")))
    .prepare("get_conversation"),
);

/** A conversation of this owner that is not deleted, or undefined. One round trip. */
export async function getConversation(
  database: Database,
  ownerId: string,
  conversationId: string,
): Promise<ConversationRow | undefined> {
  const [row] = await database.run(({ orm }) => conversationQuery(orm).execute({ ownerId, conversationId }));
  return row;
}

export interface ConversationFilter {
  q?: string | undefined;
  status?: "active" | "archived" | "deleted" | undefined;
  /** Set to this model. */
  model?: string | undefined;
  tag?: string | undefined;
  /** Values as texts, all of which must be there. */
  metadata?: Readonly<Record<string, string>> | undefined;
  /** The time that is sorted by, this one or later, and before `to`. */
  from?: string | undefined;
  to?: string | undefined;
  sort: "updatedAt" | "createdAt";
}

/** As the index by labels has it. */
function labelled(ownerId: string, { tag, metadata = {} }: Pick<ConversationFilter, "tag" | "metadata">) {
  const labels = (owner: AnyColumn | string, tags: AnyColumn | SQL, values: AnyColumn | SQL) =>
    sql`conversation_labels(${owner}, ${tags}, ${values})`;
  const { ownerId: owner, tags, metadata: values } = conversations;
  const wantedTags = sql`${JSON.stringify(tag === undefined ? [] : [tag])}::text::jsonb`;
  const wanted = labels(ownerId, wantedTags, sql`${JSON.stringify(metadata)}::text::jsonb`);
  return sql`${hasLabels(conversations)} and ${labels(owner, tags, values)} @> ${wanted}`;
}

function matching(ownerId: string, filter: ConversationFilter): SQL | undefined {
  const { q, status, model, tag, metadata, from, to } = filter;
  const time = conversations[filter.sort];
  return and(
    eq(conversations.ownerId, ownerId),
    model === undefined ? undefined : eq(conversations.model, model),
    tag === undefined && metadata === undefined ? undefined : labelled(ownerId, { tag, metadata }),
    from === undefined ? undefined : sql`${time} >= ${from}::timestamptz`,
    to === undefined ? undefined : sql`${time} < ${to}::timestamptz`,
    status === "deleted" ? isNotNull(conversations.deletedAt) : isNull(conversations.deletedAt),
    status === "active" || status === "archived" ? eq(conversations.status, status) : undefined,
    q === undefined
      ? undefined
      : or(contains(conversations.title, q), contains(conversations.description, q)),
  );
}

export type ConversationPage = ConversationFilter & PageOf<string>;

/** Up to `limit` conversations; `sortKey` is the sorted column with its microseconds. */
export async function listConversations(
  database: Database,
  ownerId: string,
  page: ConversationPage,
): Promise<(ConversationRow & { sortKey: string })[]> {
  const column = conversations[page.sort];
  const direction = inOrder(page);
  return database.run(({ orm }) =>
    orm
      .select({ ...columns, sortKey: exactInstant(column).as("sort_key") })
      .from(conversations)
      .where(and(matching(ownerId, page), behindInstant(column, conversations.id, page)))
      .orderBy(direction(column), direction(conversations.id))
      .limit(pageLimit(page))
      .prepare("list_conversations")
      .execute(),
  );
}

/** How many conversations match. */
export async function countConversations(
  database: Database,
  ownerId: string,
  filter: ConversationFilter,
): Promise<number> {
  return database.run(({ orm }) => countRows(orm, conversations, matching(ownerId, filter)));
}

export interface ConversationChange {
  title?: string | null | undefined;
  description?: string | null | undefined;
  systemPrompt?: string | null | undefined;
  systemPromptId?: string | null | undefined;
  model?: string | null | undefined;
  /** null: nothing is set any more. */
  settings?: SettingsChange | null | undefined;
  status?: "active" | "archived" | undefined;
  metadata?: Metadata | undefined;
  tags?: string[] | undefined;
  expiresInDays?: number | null | undefined;
}

/** A conversation as a statement left it, and whom to tell of it. */
export type ChangedConversation = ConversationRow & { connectionIds: string[] };

export const changedColumns = {
  ...columns,
  connectionIds: sql<string[]>`open_connections(${conversations.ownerId})`.as("connection_ids"),
};

export const changed = { version: sql`${conversations.version} + 1`, updatedAt: sql`now()` };

/** Settings as they are after a change. */
function settingsAfter(change: SettingsChange | null): SQL {
  const before = change === null ? sql`'{}'::jsonb` : sql`${conversations.settings}`;
  return sql`jsonb_strip_nulls(${before} || ${JSON.stringify(change ?? {})}::text::jsonb)`;
}

/** What a title that a person sets, or takes away, is stored with. */
function titleSourceOf({ title }: ConversationChange): { titleSource?: "user" | null } {
  if (title === undefined) return {};
  return { titleSource: title === null ? null : "user" };
}

/** The changed conversation; undefined when there is none, or none of `expectedVersion`. */
export async function updateConversation(
  database: Database,
  ownerId: string,
  conversationId: string,
  { settings, ...change }: ConversationChange,
  expectedVersion: number | undefined,
): Promise<ChangedConversation | undefined> {
  const set = {
    ...change,
    ...(settings !== undefined && { settings: settingsAfter(settings) }),
    ...titleSourceOf(change),
    ...changed,
  };
  const [row] = await database.run(({ orm }) =>
    orm.transaction((transaction) =>
      withinLimits(transaction, ownerId, () =>
        transaction
          .update(conversations)
          .set(set)
          .where(
            and(
              ownConversation(ownerId, conversationId),
              expectedVersion === undefined ? undefined : eq(conversations.version, expectedVersion),
            ),
          )
          .returning(changedColumns),
      ),
    ),
  );
  return row;
}

export type DeletedConversation =
  | {
      outcome: "deleted";
      conversation: typeof conversations.$inferSelect;
      cancelledReplyIds: string[];
      nextReplyId: string | null;
      news: ReplyNews;
    }
  | { outcome: "not_found" | "stale" };

/** Soft delete; its unfinished replies are cancelled. */
export async function deleteConversation(
  database: Database,
  args: { ownerId: string; conversationId: string; expectedVersion: number | undefined },
): Promise<DeletedConversation> {
  const { answer, news } = await database.run((connection) =>
    connection.callWithNews("delete_conversation", args.ownerId, args),
  );
  if (answer.outcome !== "deleted") return { outcome: answer.outcome };
  return {
    outcome: "deleted",
    conversation: rowFromJson(conversations, answer.conversation),
    cancelledReplyIds: answer.cancelled.map((reply) => String(reply.id)),
    nextReplyId: answer.nextReplyId,
    news,
  };
}

/** Days in which a deletion can be undone. */
export const restorableDays = 30;

/** Undoes a deletion; a conversation that is not deleted is answered as it is, and nobody is told. */
export async function restoreConversation(
  database: Database,
  ownerId: string,
  conversationId: string,
): Promise<ChangedConversation | "not_found" | "gone"> {
  const own = and(eq(conversations.ownerId, ownerId), eq(conversations.id, conversationId));
  return database.run(({ orm }) =>
    orm.transaction(async (transaction) => {
      const isGone = sql<boolean>`${conversations.deletedAt} < now() - make_interval(days => ${restorableDays})`;
      const [found] = await transaction
        .select({ ...changedColumns, isGone })
        .from(conversations)
        .where(own)
        .for("no key update");
      if (found === undefined) return "not_found";
      const { isGone: isTooLate, ...conversation } = found;
      if (isTooLate) return "gone";
      if (conversation.deletedAt === null) return { ...conversation, connectionIds: [] };
      const [restored = conversation] = await transaction
        .update(conversations)
        .set({ deletedAt: null, ...changed })
        .where(own)
        .returning(changedColumns);
      return restored;
    }),
  );
}
