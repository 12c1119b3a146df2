import { and, desc, eq } from "drizzle-orm";
import type { Database } from "./database.ts";
import { replies } from "./schema/replies.ts";

/** A failed reply, without anything that its user wrote. */
export type FailedReply = Awaited<ReturnType<typeof listFailedReplies>>[number];

const most = 1_000;

/** The newest failed replies of all users, for operators; dead letters have the code `internal`. */
export async function listFailedReplies(database: Database, errorCode: string | undefined) {
  const { id, ownerId, conversationId, messageId, attempt, finishedAt } = replies;
  return database.run(({ db }) =>
    db
      .select({ id, ownerId, conversationId, messageId, attempt, finishedAt, errorCode: replies.errorCode })
      .from(replies)
      .where(and(eq(replies.status, "failed"), errorCode ? eq(replies.errorCode, errorCode) : undefined))
      .orderBy(desc(finishedAt))
      .limit(most),
  );
}
