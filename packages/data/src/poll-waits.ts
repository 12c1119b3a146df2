import { and, eq, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { users } from "./schema/users.ts";

const present = sql`array(select ends_at from unnest(${users.pollWaits}) as ends_at
  where ends_at > extract(epoch from clock_timestamp()))`;

/**
 * Takes one of the places in which a user's polls may wait, over all environments.
 * @param seconds after which the place is free again, whatever becomes of who took it
 * @returns what gives it back; undefined when there is none
 */
export async function takePollWait(
  database: Database,
  ownerId: string,
  { seconds, maximum }: { seconds: number; maximum: number },
): Promise<number | undefined> {
  const [row] = await database.run(({ orm }) =>
    orm
      .update(users)
      .set({
        pollWaits: sql`extract(epoch from clock_timestamp() + make_interval(secs => ${seconds}::double precision))::double precision || ${present}`,
      })
      .where(and(eq(users.id, ownerId), sql`cardinality(${present}) < ${maximum}::integer`))
      .returning({ endsAt: sql<number>`${users.pollWaits}[1]` })
      .prepare("take_poll_wait")
      .execute(),
  );
  return row?.endsAt;
}

/** Gives a place back. */
export async function leavePollWait(database: Database, ownerId: string, endsAt: number): Promise<void> {
  await database.run(({ orm }) =>
    orm
      .update(users)
      .set({ pollWaits: sql`array_remove(${users.pollWaits}, ${endsAt}::double precision)` })
      .where(eq(users.id, ownerId))
      .prepare("leave_poll_wait")
      .execute(),
  );
}
