import { and, desc, eq, inArray, lt, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import type { ReplyState } from "./reply-news.ts";
import { connections } from "./schema/connections.ts";

/** API Gateway closes a WebSocket connection after 2 hours. */
const lifetimeSeconds = 7_200;
/** Everything that is pushed goes to each connection of its user, so that they must not be without number. */
const maxConnections = 10;

export interface NewConnection {
  ownerId: string;
  connectionId: string;
  /** Of the key that it was opened with, if it was: a revoked one hears nothing more. */
  apiKeyHash: string | undefined;
  /** Of the token that it was opened with, in seconds since the epoch, if it was: nothing is told beyond that. */
  expiresAt: number | undefined;
}

/**
 * Notes an open connection.
 * @returns the ids of the owner's oldest ones that had to make way; they are forgotten, and to be closed
 */
export async function openConnection(database: Database, connection: NewConnection): Promise<string[]> {
  const { ownerId, connectionId, apiKeyHash, expiresAt = null } = connection;
  const displaced = await database.run(({ orm }) => {
    const opened = orm.$with("opened").as(
      orm.insert(connections).values({
        id: connectionId,
        ownerId,
        apiKeyHash,
        // Of the two ends the earlier; the other alone where one is null.
        expiresAt: sql`least(to_timestamp(${expiresAt}::double precision),
          clock_timestamp() + make_interval(secs => ${lifetimeSeconds}))`,
      }),
    );
    const own = eq(connections.ownerId, ownerId);
    // The new one, which this statement does not see, is kept too.
    const oldest = orm
      .select({ id: connections.id })
      .from(connections)
      .where(own)
      .orderBy(desc(connections.createdAt), connections.id)
      .offset(maxConnections - 1);
    return orm
      .with(opened)
      .delete(connections)
      .where(and(own, inArray(connections.id, oldest)))
      .returning({ id: connections.id })
      .prepare("open_connection")
      .execute();
  });
  return displaced.map(({ id }) => id);
}

/** Whether a connection may hear and ask anything: its token or key has not ended, and its user is not disabled. */
export async function mayHear(database: Database, connectionId: string): Promise<boolean> {
  const [found] = await database.run(({ orm }) =>
    orm
      .select({ hears: sql<boolean>`may_hear(${connections})` })
      .from(connections)
      .where(eq(connections.id, connectionId))
      .prepare("may_hear_connection")
      .execute(),
  );
  return found?.hears === true;
}

/** Forgets a connection that was closed, whoever had it. */
export async function closeConnection(database: Database, connectionId: string): Promise<void> {
  await database.run(({ orm }) =>
    orm.delete(connections).where(eq(connections.id, connectionId)).prepare("close_connection").execute(),
  );
}

/** Forgets connections of this owner that turned out to be closed. */
export async function removeConnections(
  database: Database,
  ownerId: string,
  connectionIds: readonly string[],
): Promise<void> {
  await database.run(({ orm }) =>
    orm
      .delete(connections)
      .where(and(eq(connections.ownerId, ownerId), inArray(connections.id, [...connectionIds])))
      .prepare("remove_connections")
      .execute(),
  );
}

/** Forgets connections whose time is over; answers which, for most but not all of them are closed by now. */
export async function purgeConnections(database: Database): Promise<string[]> {
  const purged = await database.run(({ orm }) =>
    orm.delete(connections).where(lt(connections.expiresAt, sql`now()`)).returning({ id: connections.id }),
  );
  return purged.map(({ id }) => id);
}

export type Followed =
  /** `text` is what there is from `offset` on, in code points. */
  | { outcome: "found"; ownerId: string; reply: ReplyState; offset: number; text: string }
  | { outcome: "not_found"; ownerId: string }
  /** There is no such connection any more, its token or key has ended, or its user is disabled. */
  | { outcome: "closed" };

/**
 * Where a reply of the connection's user stands. Whatever is stored later is told to this connection: no text
 * falls between this answer and the deltas. One round trip.
 * @param after code points of the text that the client has
 */
export async function followReply(
  database: Database,
  args: { connectionId: string; replyId: string; after: number },
): Promise<Followed> {
  return database.run((connection) => connection.call("follow_reply", args));
}
