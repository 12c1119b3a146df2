import { and, isNotNull, isNull, type SQL, sql } from "drizzle-orm";
import { activeReplyId, type ChangedConversation, changedColumns, restorableDays } from "./conversations.ts";
import type { Database } from "./database.ts";
import { connections } from "./schema/connections.ts";
import { conversations, expiryOf } from "./schema/conversations.ts";
import { messages } from "./schema/messages.ts";
import { spentIds } from "./schema/spent-ids.ts";
import { users } from "./schema/users.ts";

const restorable = sql`make_interval(days => ${restorableDays}::integer)`;

/** Neither deleted nor being answered. */
const isAtRest = and(isNull(conversations.deletedAt), sql`${activeReplyId} is null`);

/** What listeners are told of a conversation, and who is listening. */
const toldColumns = {
  ownerId: conversations.ownerId,
  id: conversations.id,
  title: conversations.title,
  titleSource: conversations.titleSource,
  status: conversations.status,
  expiresInDays: conversations.expiresInDays,
  updatedAt: conversations.updatedAt,
  deletedAt: conversations.deletedAt,
  connectionIds: changedColumns.connectionIds,
};

export type ToldConversation = Pick<ChangedConversation, keyof typeof toldColumns>;

/**
 * Takes away conversations that have not changed for as long as they, or all of the deployment, are kept. They are
 * deleted as if that were so long ago that nobody can undo it; `purgeConversations` erases them.
 * @param retentionDays 0: those alone that say so themselves
 * @returns at most `limit`
 */
export async function expireConversations(
  database: Database,
  retentionDays: number,
  limit: number,
): Promise<ToldConversation[]> {
  const own = sql`select owner_id, id, updated_at from ${conversations}
    where ${and(isNotNull(conversations.expiresInDays), isAtRest)}
      and ${expiryOf(conversations)} < (now() at time zone 'UTC') limit ${limit}`;
  const expired = await expire(database, own);
  if (retentionDays === 0 || expired.length === limit) return expired;
  // Owner by owner, as the index of their lists has them.
  const kept = sql`select old.owner_id, old.id, old.updated_at from ${users} cross join lateral (
      select owner_id, id, updated_at from ${conversations}
      where owner_id = ${users.id} and updated_at < now() - make_interval(days => ${retentionDays}::integer)
        and ${isAtRest}
      order by updated_at limit ${limit}) as old limit ${limit - expired.length}`;
  return [...expired, ...(await expire(database, kept))];
}

async function expire(database: Database, chosen: SQL): Promise<ToldConversation[]> {
  return database.run(({ orm }) =>
    orm
      .update(conversations)
      .set({
        deletedAt: sql`now() - ${restorable} - interval '1 second'`,
        version: sql`${conversations.version} + 1`,
      })
      // Whoever changes one meanwhile keeps it.
      .where(and(sql`(owner_id, id, updated_at) in (${chosen})`, isAtRest))
      .returning(toldColumns),
  );
}

/** Conversations that expire within a day, of owners who are listening: at most `limit`, and some are told twice. */
export async function expiringConversations(
  database: Database,
  retentionDays: number,
  limit: number,
): Promise<ToldConversation[]> {
  const listening = sql`(select distinct owner_id from ${connections} where expires_at > now())`;
  const own = sql`select owner_id, id from ${conversations}
    where ${and(isNotNull(conversations.expiresInDays), isAtRest)} and owner_id in ${listening}
      and ${expiryOf(conversations)} between (now() at time zone 'UTC')
        and (now() at time zone 'UTC') + interval '1 day' limit ${limit}`;
  const kept = sql`select old.owner_id, old.id from ${listening} as listener cross join lateral (
      select owner_id, id from ${conversations} where owner_id = listener.owner_id and ${isAtRest}
        and updated_at between now() - make_interval(days => ${retentionDays}::integer)
          and now() - make_interval(days => ${retentionDays - 1}::integer)
      order by updated_at limit ${limit}) as old limit ${limit}`;
  const chosen = retentionDays === 0 ? own : sql`(${own}) union (${kept})`;
  return database.run(({ orm }) =>
    orm.select(toldColumns).from(conversations).where(sql`(owner_id, id) in (${chosen})`),
  );
}

export interface Purged {
  conversations: number;
  /** Whether there may be more to erase. */
  hasMore: boolean;
}

/** Of one statement: as long as a conversation may be, none takes long. */
const messagesAtOnce = 2_000;

/** Deletes what is chosen, and keeps the ids that its owner may have made. */
function erase(kind: "conversation" | "message", chosen: SQL): SQL {
  const table = kind === "message" ? messages : conversations;
  // A request that names an id leaves its fingerprint, that of a first message with its conversation.
  const mayBeOwn =
    kind === "message"
      ? sql`(idempotency_fingerprint is not null or position = 1)`
      : sql`idempotency_fingerprint is not null`;
  return sql`with erased as (
      delete from ${table} where (owner_id, id) in (${chosen}) returning owner_id, id, ${mayBeOwn} as may_be_own),
    spent as (
      insert into ${spentIds} (owner_id, kind, id)
      select owner_id, ${kind}, id from erased where may_be_own on conflict do nothing)
    select 1 from erased`;
}

/** Erases conversations whose deletion can no longer be undone: at most `limit`, and no more messages than one statement should. */
export async function purgeConversations(database: Database, limit: number): Promise<Purged> {
  const doomed = sql`select owner_id, id from ${conversations}
    where deleted_at < now() - ${restorable} order by deleted_at limit ${limit}`;
  return database.run(async ({ orm }) => {
    // The newest first: a message is named only by later ones.
    const erased = await orm.execute(
      erase(
        "message",
        sql`select message.owner_id, message.id from (${doomed}) as doomed
          join ${messages} as message on message.owner_id = doomed.owner_id and message.conversation_id = doomed.id
          order by message.conversation_id, message.position desc limit ${messagesAtOnce}`,
      ),
    );
    const gone = await orm.execute(
      erase(
        "conversation",
        sql`select doomed.owner_id, doomed.id from (${doomed}) as doomed where not exists (
          select from ${messages} as message
          where message.owner_id = doomed.owner_id and message.conversation_id = doomed.id)`,
      ),
    );
    return {
      conversations: gone.length,
      hasMore: erased.length === messagesAtOnce || gone.length === limit,
    };
  });
}
