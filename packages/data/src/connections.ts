import { and, eq, inArray, lt, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import type { ReplyState } from "./reply-news.ts";
import { connections } from "./schema/connections.ts";

/** API Gateway closes a WebSocket connection after 2 hours. */
const lifetimeSeconds = 7_200;
/** Everything that is pushed goes to each connection of its user, so that they must not be without number. */
const maxConnections = 10;
/** API Gateway waits so long for the answer that lets a connection open; until then nobody can send to it or close it. */
const settlingSeconds = 30;

export interface NewConnection {
  ownerId: string;
  connectionId: string;
  /** Of the key that it was opened with, if it was: a revoked one hears nothing more. */
  apiKeyHash: string | undefined;
  /** Of the token that it was opened with, in seconds since the epoch, if it was: nothing is told beyond that. */
  expiresAt: number | undefined;
}

/** Of `admit_connection`. */
export type OpenConnectionArguments = NewConnection & {
  lifetimeSeconds: number;
  maximum: number;
  settlingSeconds: number;
};

export type Opened =
  /** `ended`: connections of the owner that may hear nothing any more, and are to be closed. */
  | { outcome: "opened"; ended: string[] }
  /** There is no such user any more, or the key has ended. */
  | { outcome: "refused" }
  | { outcome: "disabled" }
  /** The owner has opened as many as may be open within the last half minute. */
  | { outcome: "crowded" };

/** Notes a connection that is being opened. One round trip. */
export async function openConnection(database: Database, connection: NewConnection): Promise<Opened> {
  const bounds = { lifetimeSeconds, maximum: maxConnections, settlingSeconds };
  return database.run(({ call }) => call("admit_connection", { ...connection, ...bounds }));
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

/**
 * Forgets connections of this owner that turned out to be closed. A young one, which is as unreachable while it is being
 * opened, stays.
 */
export async function removeConnections(
  database: Database,
  ownerId: string,
  connectionIds: readonly string[],
): Promise<void> {
  await database.run(({ orm }) =>
    orm
      .delete(connections)
      .where(
        and(
          eq(connections.ownerId, ownerId),
          inArray(connections.id, [...connectionIds]),
          lt(connections.createdAt, sql`clock_timestamp() - make_interval(secs => ${settlingSeconds})`),
        ),
      )
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
  | {
      outcome: "found";
      ownerId: string;
      reply: ReplyState;
      offset: number;
      text: string;
      /** The same of what its model thought. */
      reasoningOffset: number;
      reasoning: string;
    }
  | { outcome: "not_found"; ownerId: string }
  /** There is no such connection any more, its token or key has ended, or its user is disabled. */
  | { outcome: "closed" };

/**
 * Where a reply of the connection's user stands. Whatever is stored later is told to this connection: no text
 * falls between this answer and the deltas. One round trip.
 * @param args.after code points of the text that the client has; `reasoningAfter` the same of what was thought
 */
export async function followReply(
  database: Database,
  args: { connectionId: string; replyId: string; after: number; reasoningAfter?: number },
): Promise<Followed> {
  return database.run((connection) => connection.call("follow_reply", args));
}
