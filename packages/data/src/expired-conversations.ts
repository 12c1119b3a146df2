import { and, isNotNull, isNull, type SQL, sql } from "drizzle-orm";
import { activeReplyId, restorableDays } from "./conversations.ts";
import type { Database } from "./database.ts";
import { conversations, expiryOf } from "./schema/conversations.ts";
import { messages } from "./schema/messages.ts";
import { users } from "./schema/users.ts";

const restorable = sql`make_interval(days => ${restorableDays}::integer)`;

/** Neither deleted nor being answered. */
const isAtRest = and(isNull(conversations.deletedAt), sql`${activeReplyId} is null`);

/**
 * Takes away conversations that have not changed for as long as they, or all of the deployment, are kept. They are
 * deleted as if that were so long ago that nobody can undo it; `purgeConversations` erases them.
 * @param retentionDays 0: those alone that say so themselves
 * @returns how many, at most `limit`
 */
export async function expireConversations(
  database: Database,
  retentionDays: number,
  limit: number,
): Promise<number> {
  const own = sql`select owner_id, id, updated_at from ${conversations}
    where ${and(isNotNull(conversations.expiresInDays), isAtRest)}
      and ${expiryOf(conversations)} < (now() at time zone 'UTC') limit ${limit}`;
  const expired = await expire(database, own);
  if (retentionDays === 0 || expired === limit) return expired;
  // Owner by owner, as the index of their lists has them.
  const kept = sql`select old.owner_id, old.id, old.updated_at from ${users} cross join lateral (
      select owner_id, id, updated_at from ${conversations}
      where owner_id = ${users.id} and updated_at < now() - make_interval(days => ${retentionDays}::integer)
        and ${isAtRest}
      order by updated_at limit ${limit}) as old limit ${limit - expired}`;
  return expired + (await expire(database, kept));
}

async function expire(database: Database, chosen: SQL): Promise<number> {
  const gone = await database.run(({ orm }) =>
    orm
      .update(conversations)
      .set({
        deletedAt: sql`now() - ${restorable} - interval '1 second'`,
        version: sql`${conversations.version} + 1`,
      })
      // Whoever changes one meanwhile keeps it.
      .where(and(sql`(owner_id, id, updated_at) in (${chosen})`, isAtRest))
      .returning({ id: conversations.id }),
  );
  return gone.length;
}

export interface Purged {
  conversations: number;
  /** Whether there may be more to erase. */
  hasMore: boolean;
}

/** Of one statement: as long as a conversation may be, none takes long. */
const messagesAtOnce = 2_000;

/** Erases conversations whose deletion can no longer be undone: at most `limit`, and no more messages than one statement should. */
export async function purgeConversations(database: Database, limit: number): Promise<Purged> {
  const doomed = sql`select owner_id, id from ${conversations}
    where deleted_at < now() - ${restorable} order by deleted_at limit ${limit}`;
  return database.run(async ({ orm }) => {
    // The newest first: a message is named only by later ones.
    const erased = await orm.execute(sql`delete from ${messages} where (owner_id, id) in (
      select message.owner_id, message.id from (${doomed}) as doomed
      join ${messages} as message on message.owner_id = doomed.owner_id and message.conversation_id = doomed.id
      order by message.conversation_id, message.position desc limit ${messagesAtOnce}) returning 1`);
    const gone = await orm.execute(sql`delete from ${conversations} where (owner_id, id) in (
      select doomed.owner_id, doomed.id from (${doomed}) as doomed where not exists (
        select from ${messages} as message
        where message.owner_id = doomed.owner_id and message.conversation_id = doomed.id)) returning 1`);
    return {
      conversations: gone.length,
      hasMore: erased.length === messagesAtOnce || gone.length === limit,
    };
  });
}
