import { type SQL, sql } from "drizzle-orm";
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
  feedback: { model: string; up: number; down: number }[];
  /** What all users together take in the database, and may; null is no limit. */
  storage: { bytes: number; limit: number | null };
  queue: UnfinishedReplies;
}

/** How many replies are unfinished, as JSON. */
const unfinished = sql`(select jsonb_build_object('queued', count(*) filter (where status = 'queued'),
  'inProgress', count(*) filter (where status = 'in_progress'),
  'oldestQueuedSeconds', coalesce(extract(epoch from now() - min(created_at) filter (where status = 'queued')), 0))
  from replies where finished_at is null)`;

/** From asking to the answer; null where there is none. */
const secondsToReply = sql`case when status in ('completed', 'incomplete')
  then extract(epoch from finished_at - created_at)::double precision end`;

const percentiles = sql`jsonb_build_object('p50', percentile_cont(0.5) within group (order by seconds),
  'p95', percentile_cont(0.95) within group (order by seconds))`;

/** One round trip. */
export async function readStatistics(database: Database, hours: number): Promise<Statistics> {
  const since = sql`now() - make_interval(hours => ${hours}::integer)`;
  return readJson(
    database,
    sql`with recent as materialized (
      select status, model, tokens_charged, ${secondsToReply} as seconds from replies where created_at >= ${since}),
    counted as (
      select status, model, count(*) as count from recent group by status, model order by status, model)
    select jsonb_build_object(
      'users', (select jsonb_build_object('total', count(*), 'disabled', count(disabled_at),
        'new', count(*) filter (where created_at >= ${since})) from users),
      'conversations', (select jsonb_build_object('total', count(*),
        'new', count(*) filter (where created_at >= ${since})) from conversations where deleted_at is null),
      'replies', (select coalesce(jsonb_agg(to_jsonb(counted)), '[]') from counted),
      'secondsToReply', (select ${percentiles} from recent),
      'tokens', (select jsonb_build_object('balance', coalesce(sum(token_balance), 0),
        'held', coalesce(sum(tokens_held), 0),
        'charged', (select coalesce(sum(tokens_charged), 0) from recent)) from users),
      'feedback', (select coalesce(jsonb_agg(to_jsonb(rated)), '[]') from (
        select reply.model, count(*) filter (where message.rating = 'up') as up,
          count(*) filter (where message.rating = 'down') as down
        from messages as message
        join replies as reply on reply.owner_id = message.owner_id and reply.id = message.reply_id
        where message.rating is not null and message.rated_at >= ${since}
        group by reply.model order by reply.model) as rated),
      'storage', jsonb_build_object('bytes', (select coalesce(sum(stored_size(users)), 0) from users),
        'limit', (select nullif(total_bytes, 0) from storage_limits)),
      'queue', ${unfinished}) as answer`,
  );
}

async function readJson<T>(database: Database, query: SQL): Promise<T> {
  const [row] = await database.run(({ orm }) => orm.execute<{ answer: T }>(query));
  if (row === undefined) throw new Error("A query of one row answered none.");
  return row.answer;
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
  return readJson(
    database,
    sql`with counted as (
      select status, model, count(*) as count, sum(tokens_charged) as charged from replies group by status, model)
    select jsonb_build_object(
      'replies', (select coalesce(jsonb_agg(to_jsonb(counted) order by status, model), '[]') from counted),
      'users', (select count(*) from users),
      'disabledUsers', (select count(*) from users where disabled_at is not null),
      'conversations', (select count(*) from conversations where deleted_at is null),
      'tokenBalance', (select coalesce(sum(token_balance), 0) from users),
      'tokensHeld', (select coalesce(sum(tokens_held), 0) from users),
      'connections', (select count(*) from connections where expires_at > now()),
      'queue', ${unfinished},
      'secondsToReply', (select ${percentiles} from (
        select ${secondsToReply} as seconds from replies where created_at >= now() - interval '1 hour') as latest))
      as answer`,
  );
}
