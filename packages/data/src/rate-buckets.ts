import { eq, lt, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { rateBuckets } from "./schema/rate-buckets.ts";

/** So many at once, and so many within each window from then on. */
export interface Rate {
  limit: number;
  windowSeconds: number;
}

/**
 * Takes one from a bucket. One round trip where there is one to take.
 * @param key says what is counted, and for whom only to those who can make it
 * @returns seconds until there is one again; undefined when one was taken
 */
export async function takeFromBucket(
  database: Database,
  key: string,
  { limit, windowSeconds }: Rate,
): Promise<number | undefined> {
  const each = sql`make_interval(secs => ${windowSeconds / limit}::double precision)`;
  const window = sql`make_interval(secs => ${windowSeconds}::double precision)`;
  const full = sql`greatest(${rateBuckets.fullAt}, clock_timestamp())`;
  const taken = await database.run(({ orm }) =>
    orm
      .insert(rateBuckets)
      .values({ key, fullAt: sql`clock_timestamp() + ${each}` })
      .onConflictDoUpdate({
        target: rateBuckets.key,
        set: { fullAt: sql`${full} + ${each}`, updatedAt: sql`now()` },
        setWhere: sql`${full} + ${each} <= clock_timestamp() + ${window}`,
      })
      .returning({ key: rateBuckets.key })
      .prepare("take_from_bucket")
      .execute(),
  );
  if (taken.length > 0) return undefined;
  const [bucket] = await database.run(({ orm }) =>
    orm
      .select({
        seconds: sql<number>`extract(epoch from ${rateBuckets.fullAt} + ${each} - ${window} - clock_timestamp())::float8`,
      })
      .from(rateBuckets)
      .where(eq(rateBuckets.key, key)),
  );
  return Math.max(bucket?.seconds ?? 0, 0);
}

/** Removes buckets that are full again, which is what an absent one is. Answers how many. */
export async function purgeBuckets(database: Database, limit: number): Promise<number> {
  const purged = await database.run(({ orm }) =>
    orm
      .delete(rateBuckets)
      .where(
        sql`${rateBuckets.key} in (${orm
          .select({ key: rateBuckets.key })
          .from(rateBuckets)
          .where(lt(rateBuckets.fullAt, sql`now()`))
          .limit(limit)})`,
      )
      .returning({ key: rateBuckets.key }),
  );
  return purged.length;
}
