import { REPLY_LEASE_SECONDS } from "@parley/settings/definitions";
import { and, eq, type SQL, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { prepared } from "./prepared.ts";
import { type ContextManifest, replies } from "./schema/replies.ts";

/** One attempt of one worker at a reply: the fence of everything it writes. */
export interface Attempt {
  ownerId: string;
  replyId: string;
  attempt: number;
}

/** The provider's tokens; the last two are parts of the others. */
export interface TokenUsage {
  inputTokens: number;
  outputTokens: number;
  cachedInputTokens?: number;
  reasoningTokens?: number;
}

/** What was generated so far; its tokens are estimated. */
export interface Progress extends TokenUsage {
  /** Unicode code points that an earlier flush is known to have saved. */
  saved: number;
  /** The text behind them. */
  delta: string;
  /** The same of what the model thinks. */
  reasoningSaved?: number;
  reasoningDelta?: string;
  /** The notes that the model was given so far. */
  noteIds: readonly string[];
  /** What the model was given; null or absent leaves it as it is stored. */
  context?: ContextManifest | null;
}

/** The reply, as long as this attempt owns it. */
const theAttempt = and(
  eq(replies.ownerId, sql.placeholder("ownerId")),
  eq(replies.id, sql.placeholder("replyId")),
  eq(replies.attempt, sql.placeholder("attempt")),
  sql`${replies.status} = 'in_progress'`,
);

const leasedUntil: SQL = sql`clock_timestamp() + make_interval(secs => ${sql.placeholder("leaseSeconds")}::double precision)`;

const flushQuery = prepared((orm) =>
  orm
    .update(replies)
    .set({
      partialText: sql`left(${replies.partialText}, ${sql.placeholder("saved")}::integer) || ${sql.placeholder("delta")}::text`,
      // As it is where nothing is added: a long text would be written anew with each save.
      reasoning: sql`case when ${sql.placeholder("reasoningDelta")}::text = '' then ${replies.reasoning}
        else left(${replies.reasoning}, ${sql.placeholder("reasoningSaved")}::integer) || ${sql.placeholder("reasoningDelta")}::text end`,
      sequence: sql`${replies.sequence} + 1`,
      noteIds: sql`${sql.placeholder("noteIds")}::text::jsonb`,
      context: sql`coalesce(${sql.placeholder("context")}::text::jsonb, ${replies.context})`,
      inputTokens: sql`${sql.placeholder("inputTokens")}::integer`,
      cachedInputTokens: sql`${sql.placeholder("cachedInputTokens")}::integer`,
      outputTokens: sql`${sql.placeholder("outputTokens")}::integer`,
      reasoningTokens: sql`${sql.placeholder("reasoningTokens")}::integer`,
      leasedUntil,
      updatedAt: sql`now()`,
    })
    .where(theAttempt)
    .returning({
      sequence: replies.sequence,
      updatedAt: replies.updatedAt,
      connectionIds: sql<string[]>`open_connections(${replies.ownerId})`,
    })
    .prepare("flush_reply"),
);

/**
 * Saves what was generated and extends the lease; undefined when the reply was lost: cancelled or taken over.
 * Repeating it after an unanswered one does no harm, because it says where its text begins.
 */
export async function flushReply(
  database: Database,
  { ownerId, replyId, attempt }: Attempt,
  progress: Progress,
  leaseSeconds: number = REPLY_LEASE_SECONDS.default,
): Promise<{ sequence: number; updatedAt: Date; connectionIds: string[] } | undefined> {
  const values = {
    ownerId,
    replyId,
    attempt,
    leaseSeconds,
    reasoningSaved: 0,
    reasoningDelta: "",
    cachedInputTokens: 0,
    reasoningTokens: 0,
    ...progress,
    noteIds: JSON.stringify(progress.noteIds),
    context: progress.context ? JSON.stringify(progress.context) : null,
  };
  const [row] = await database.run(({ orm }) => flushQuery(orm).execute(values));
  return row;
}

/** What the next attempt goes on from. */
export interface Continuation {
  model: string;
  /** Text that stays; that of a failed call does not. */
  partialText: string;
  reasoning?: string;
  noteIds: readonly string[];
  /** The provider's tokens of the calls before; null when none of them counts. */
  inputTokens: number | null;
  outputTokens: number | null;
  cachedInputTokens?: number;
  reasoningTokens?: number;
  /** What a provider was sent in the call before, where that broke off. */
  lostTokens?: number;
}

/** Starts the same worker's next attempt, after a failed call or to go on with a tool's results; undefined when lost. */
export async function startNextAttempt(
  database: Database,
  { ownerId, replyId, attempt }: Attempt,
  { noteIds, lostTokens = 0, ...continuation }: Continuation,
  leaseSeconds: number = REPLY_LEASE_SECONDS.default,
): Promise<{ attempt: number; sequence: number } | undefined> {
  const [row] = await database.run(({ orm }) =>
    orm
      .update(replies)
      .set({
        reasoning: "",
        cachedInputTokens: 0,
        reasoningTokens: 0,
        ...continuation,
        noteIds: [...noteIds],
        failedInputTokens: sql`${replies.failedInputTokens} + ${lostTokens}::integer`,
        attempt: sql`${replies.attempt} + 1`,
        sequence: sql`${replies.sequence} + 1`,
        leasedUntil,
        updatedAt: sql`now()`,
      })
      .where(theAttempt)
      .returning({ attempt: replies.attempt, sequence: replies.sequence })
      .prepare("start_next_attempt")
      .execute({ ownerId, replyId, attempt, leaseSeconds }),
  );
  return row;
}
