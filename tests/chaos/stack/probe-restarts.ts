import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "@parley/data/database";
import type { ChaosClient } from "./chaos-client.ts";

const everyMillis = 50;
const giveUpMillis = 60_000;

async function eventually(isDone: () => Promise<boolean>): Promise<void> {
  const until = Date.now() + giveUpMillis;
  while (Date.now() < until && !(await isDone().catch(() => false))) await sleep(everyMillis);
}

/** Milliseconds until the API's first 2xx after Postgres was killed. */
export interface Recovery {
  /** Postgres' own recovery, and its restart by the stack, included. */
  readonly fromKill: number;
  /** From Postgres' first answer. */
  readonly fromAnswer: number;
}

/**
 * Finds out how long the API stays away after Postgres was killed.
 * @param database straight to Postgres
 */
export function probeRestarts(
  client: ChaosClient | undefined,
  database: Database,
): {
  killed(): void;
  readonly recoveries: readonly Recovery[];
} {
  const recoveries: Recovery[] = [];
  async function probe(): Promise<void> {
    const killedAt = Date.now();
    // The last backends of a killed server answer for a moment more.
    await sleep(500);
    await eventually(
      async () => (await database.run(async ({ orm }) => orm.execute("select 1"))).length === 1,
    );
    const answeredAt = Date.now();
    await eventually(async () => (await client?.once({ path: "/v1/conversations?limit=1" }))?.status === 200);
    const now = Date.now();
    recoveries.push({ fromKill: now - killedAt, fromAnswer: now - answeredAt });
  }
  return { killed: () => void probe(), recoveries };
}
