import { and, eq, lt, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import type { Attempt } from "./reply-attempts.ts";
import { replies } from "./schema/replies.ts";
import { storedResponses } from "./schema/stored-responses.ts";

/** An answer that a provider keeps. */
export interface StoredResponse {
  responseId: string;
  /** The id of the model that gives it. */
  model: string;
}

/**
 * Writes down what was bought, whoever has the reply by now, since it is to be forgotten in any case; false when the
 * reply is somebody else's. Writing it twice has the effect of once.
 */
export async function storeResponse(
  database: Database,
  { ownerId, replyId, attempt }: Attempt,
  { responseId, model }: StoredResponse,
): Promise<boolean> {
  const isOwn = sql<boolean>`exists (select from ${replies} where ${replies.ownerId} = ${ownerId}
    and ${replies.id} = ${replyId} and ${replies.attempt} = ${attempt} and ${replies.status} = 'in_progress')`;
  const [row] = await database.run(({ orm }) =>
    orm
      .insert(storedResponses)
      .values({ userId: ownerId, replyId, responseId, model })
      .onConflictDoUpdate({
        target: [storedResponses.userId, storedResponses.replyId, storedResponses.responseId],
        set: { updatedAt: sql`now()` },
      })
      .returning({ isOwn }),
  );
  return row?.isOwn === true;
}

/** Its provider has forgotten it. */
export async function forgetResponse(
  database: Database,
  ownerId: string,
  replyId: string,
  responseId: string,
): Promise<void> {
  const { userId, replyId: reply, responseId: response } = storedResponses;
  await database.run(({ orm }) =>
    orm.delete(storedResponses).where(and(eq(userId, ownerId), eq(reply, replyId), eq(response, responseId))),
  );
}

/** Providers forget by themselves after thirty days. */
const longestDays = 31;

/** Replies whose responses should have been forgotten by now, as far as they have ended or are gone; up to `limit`. */
export async function overdueResponses(
  database: Database,
  limit: number,
): Promise<{ ownerId: string; replyId: string }[]> {
  return database.run(async ({ orm }) => {
    await orm
      .delete(storedResponses)
      .where(lt(storedResponses.createdAt, sql`now() - make_interval(days => ${longestDays})`));
    return orm
      .selectDistinct({ ownerId: storedResponses.userId, replyId: storedResponses.replyId })
      .from(storedResponses)
      .where(
        and(
          lt(storedResponses.createdAt, sql`now() - interval '1 hour'`),
          sql`not exists (select from ${replies} where ${replies.ownerId} = ${storedResponses.userId}
            and ${replies.id} = ${storedResponses.replyId} and ${replies.finishedAt} is null)`,
        ),
      )
      .limit(limit);
  });
}
