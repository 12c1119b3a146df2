import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "@parley/data/database";
import type { ChaosClient } from "./chaos-client.ts";

const everyMillis = 50;
const giveUpMillis = 60_000;

async function eventually(isDone: () => Promise<boolean>): Promise<void> {
  const until = Date.now() + giveUpMillis;
  while (Date.now() < until && !(await isDone().catch(() => false))) await sleep(everyMillis);
}

/**
 * Finds out how long the API stays away after Postgres was killed and has come back.
 * @param database straight to Postgres
 */
export function probeRestarts(
  client: ChaosClient | undefined,
  database: Database,
): {
  killed(): void;
  /** Milliseconds from Postgres' first answer to the API's first 2xx. */
  readonly recoveries: number[];
} {
  const recoveries: number[] = [];
  async function probe(): Promise<void> {
    // The last backends of a killed server answer for a moment more.
    await sleep(500);
    await eventually(async () => (await database.run(({ db }) => db.execute("select 1"))).length === 1);
    const start = Date.now();
    await eventually(async () => (await client?.once({ path: "/v1/conversations?limit=1" }))?.status === 200);
    recoveries.push(Date.now() - start);
  }
  return { killed: () => void probe(), recoveries };
}
