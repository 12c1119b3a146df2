import { lt, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { idempotencyKeys } from "./schema/idempotency-keys.ts";

/** What a request made, or made before (`replayed`); `mismatch`: its key was used for another body. */
export type Created =
  | { outcome: "created" | "replayed"; id: string; createdAt: string }
  | { outcome: "mismatch" };

/** Forgets keys that are older than 48 h, twice what is promised; answers how many. */
export async function purgeIdempotencyKeys(database: Database): Promise<number> {
  const rows = await database.run(({ db }) =>
    db
      .delete(idempotencyKeys)
      .where(lt(idempotencyKeys.createdAt, sql`now() - interval '48 hours'`))
      .returning({ key: idempotencyKeys.key }),
  );
  return rows.length;
}
