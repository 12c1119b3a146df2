import type { opsRoutes } from "@parley/contract/routes/ops";
import type { Database } from "@parley/data/database";
import { readTotals } from "@parley/data/statistics";
import type { Operation } from "@parley/http/api-types";
import type { QueueDepth } from "@parley/jobs/queue-depth";
import { metricsOf } from "./metrics-of.ts";
import { requireMetricsToken } from "./metrics-token.ts";
import { renderMetrics } from "./prometheus.ts";

/** Milliseconds for which an answer is given again: two scrapers cost as much as one. */
const believedFor = 10_000;

/**
 * Prometheus text, counted by the database.
 * @param token undefined: nobody may ask, and the route is as if it were not there
 */
export function getMetrics(
  database: Database,
  readDepth: () => Promise<QueueDepth | undefined>,
  token: string | undefined,
): Operation<(typeof opsRoutes)["getMetrics"]> {
  let latest: { text: string; at: number } | undefined;

  async function read(): Promise<string> {
    if (latest !== undefined && Date.now() - latest.at < believedFor) return latest.text;
    const [totals, depth] = await Promise.all([readTotals(database), readDepth()]);
    latest = { text: renderMetrics(metricsOf(totals, depth)), at: Date.now() };
    return latest.text;
  }

  return async ({ headers }) => {
    requireMetricsToken(token, headers.authorization);
    const content = await read();
    return {
      status: 200,
      headers: { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" },
      content,
    };
  };
}
