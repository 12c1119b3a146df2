import { and, eq, type SQL, sql } from "drizzle-orm";
import { db, given, statement } from "../drizzle/statement.ts";
import { replies } from "../schema/replies.ts";

/** The reply, as long as this attempt owns it. */
const theAttempt = and(
  eq(replies.ownerId, sql.placeholder("ownerId")),
  eq(replies.id, sql.placeholder("replyId")),
  eq(replies.attempt, sql.placeholder("attempt")),
  sql`${replies.status} = 'in_progress'`,
);

const leasedUntil: SQL = sql`clock_timestamp() + make_interval(secs => ${sql.placeholder("leaseSeconds")}::double precision)`;

export const flush = statement(() => {
  const returned = {
    sequence: replies.sequence,
    updatedAt: replies.updatedAt,
    connectionIds: sql<string[]>`open_connections(${replies.ownerId})`,
  };
  const query = db
    .update(replies)
    .set({
      partialText: sql`left(${replies.partialText}, ${sql.placeholder("saved")}::integer) || ${sql.placeholder("delta")}::text`,
      sequence: sql`${replies.sequence} + 1`,
      noteIds: sql`${sql.placeholder("noteIds")}::text::jsonb`,
      context: sql`coalesce(${sql.placeholder("context")}::text::jsonb, ${replies.context})`,
      inputTokens: sql`${sql.placeholder("inputTokens")}::integer`,
      outputTokens: sql`${sql.placeholder("outputTokens")}::integer`,
      leasedUntil,
      updatedAt: sql`now()`,
    })
    .where(theAttempt)
    .returning(returned);
  return { query, returned };
});

export const startNext = statement(() => {
  const returned = { attempt: replies.attempt, sequence: replies.sequence };
  const query = db
    .update(replies)
    .set({
      ...given(["model", "partialText", "noteIds", "inputTokens", "outputTokens"]),
      attempt: sql`${replies.attempt} + 1`,
      sequence: sql`${replies.sequence} + 1`,
      leasedUntil,
      updatedAt: sql`now()`,
    })
    .where(theAttempt)
    .returning(returned);
  return { query, returned };
});
