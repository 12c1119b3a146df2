import { setTimeout as sleep } from "node:timers/promises";
import type { ChaosClient } from "./chaos-client.ts";

/** Finds out how long the API is away after Postgres was killed. */
export function probeRestarts(client: ChaosClient | undefined): {
  restarted(): void;
  /** Milliseconds to the first 2xx. */
  readonly recoveries: number[];
} {
  const recoveries: number[] = [];
  const giveUpMillis = 30_000;
  async function probe(): Promise<void> {
    const start = Date.now();
    while (client !== undefined && Date.now() - start < giveUpMillis) {
      await sleep(50);
      const answer = await client.once({ path: "/v1/conversations?limit=1" }).catch(() => undefined);
      if (answer?.status === 200) break;
    }
    recoveries.push(Date.now() - start);
  }
  return { restarted: () => void probe(), recoveries };
}
