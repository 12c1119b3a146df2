import { sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { idempotencyKeys } from "./schema/idempotency-keys.ts";

/** What a request made, or made before (`replayed`); `mismatch`: its key was used for another body. */
export type Created =
  | { outcome: "created" | "replayed"; id: string; createdAt: string }
  | { outcome: "mismatch" };

/** Forgets keys that are older than 48 h, twice what is promised; at most `limit`. Answers how many. */
export async function purgeIdempotencyKeys(database: Database, limit: number): Promise<number> {
  const purged = await database.run(({ orm }) =>
    orm
      .delete(idempotencyKeys)
      .where(
        sql`(owner_id, kind, key) in (select owner_id, kind, key from ${idempotencyKeys}
          where created_at < now() - interval '48 hours' limit ${limit})`,
      )
      .returning({ key: idempotencyKeys.key }),
  );
  return purged.length;
}
