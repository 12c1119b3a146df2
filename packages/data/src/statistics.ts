import { sql } from "drizzle-orm";
import type { Database } from "./database.ts";

export interface UnfinishedReplies {
  queued: number;
  inProgress: number;
  /** Of the reply that has waited longest for a worker; 0 when none waits. */
  oldestQueuedSeconds: number;
}

/** Null where nothing was answered. */
export interface SecondsToReply {
  p50: number | null;
  p95: number | null;
}

/** What began within the hours asked for, beside totals of what can be counted cheaply. */
export interface Statistics {
  users: { total: number; disabled: number; new: number };
  conversations: { total: number; new: number };
  replies: { status: string; model: string; count: number }[];
  secondsToReply: SecondsToReply;
  tokens: { balance: number; held: number; charged: number };
  queue: UnfinishedReplies;
}

/** One round trip. */
export async function readStatistics(database: Database, hours: number): Promise<Statistics> {
  return database.run((connection) => connection.call<Statistics>("admin_stats", { hours }));
}

/** Totals since the beginning; the seconds are those of the latest hour. */
export interface Totals {
  replies: { status: string; model: string; count: number; charged: number }[];
  users: number;
  disabledUsers: number;
  conversations: number;
  tokenBalance: number;
  tokensHeld: number;
  connections: number;
  queue: UnfinishedReplies;
  secondsToReply: SecondsToReply;
}

/** One round trip, which counts every reply: 0.36 s of Postgres' time for a million on two cores. */
export async function readTotals(database: Database): Promise<Totals> {
  const [row] = await database.run(({ orm }) =>
    orm.execute<{ answer: Totals }>(sql`select metrics() as answer`),
  );
  if (row === undefined) throw new Error("metrics() answered no row.");
  return row.answer;
}
