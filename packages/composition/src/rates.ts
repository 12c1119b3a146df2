import type { Database } from "@parley/data/database";
import { type Rate, takeFromBucket } from "@parley/data/rate-buckets";
import { rateLimited } from "@parley/http/rate-limit";
import { deploymentHash } from "./deployment-hash.ts";

/** A rate that holds across environments; its limit is 0 where there is none. */
export interface NamedRate extends Rate {
  /** As the answer names it. */
  policy: string;
  /** What is allowed, in words. */
  allowed: string;
}

/**
 * Counts in the database, under a hash that only who knows the database's password can make: the rows say neither who
 * asked nor from where.
 * @returns a function that throws a 429 `Problem` when the subject has used up its rate
 */
export function createRates(database: Database) {
  return async (rate: NamedRate, subject: string): Promise<void> => {
    if (rate.limit === 0) return;
    const key = await deploymentHash(`${rate.policy}:${subject}`);
    const wait = await takeFromBucket(database, key.toString("base64url"), rate);
    if (wait !== undefined) throw rateLimited({ ...rate, retryAfterSeconds: wait });
  };
}

/** Of what costs the database more than other requests do. */
export function expensiveRate(
  database: Database,
  { EXPENSIVE_RATE_PER_MINUTE: limit }: { EXPENSIVE_RATE_PER_MINUTE: number },
) {
  const take = createRates(database);
  const rate = { policy: "expensive", allowed: `${limit} searches, estimates and exports a minute` };
  return (userId: string) => take({ ...rate, limit, windowSeconds: 60 }, userId);
}
