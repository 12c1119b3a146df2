import type { opsRoutes } from "@parley/contract/routes/ops";
import type { Database } from "@parley/data/database";
import type { ApiResponse, Operation } from "@parley/http/api-types";
import { describeError } from "@parley/runtime/describe-error";
import { logger } from "@parley/runtime/logger";
import { requireMetricsToken } from "./metrics-token.ts";

/** 200 while the database answers a statement, else 503: a load balancer reads the status alone. */
async function askDatabase(database: Database): Promise<ApiResponse> {
  try {
    await database.run(({ orm }) => orm.execute("select"));
  } catch (error) {
    logger.warn("health: database unreachable", { error: { ...describeError(error) } });
    return {
      status: 503,
      headers: { "Retry-After": "2" },
      body: { status: "degraded", database: "unreachable" },
    };
  }
  return { status: 200, body: { status: "ok", database: "reachable" } };
}

/**
 * Says that the API is up, to anybody: a stranger who asks must not wake a database that sleeps.
 * @param token the deployment's own, for who wants to know whether the database answers
 */
export function getHealth(
  database: Database,
  token: string | undefined,
): Operation<(typeof opsRoutes)["getHealth"]> {
  return async ({ query: { deep }, headers }) => {
    if (deep === undefined) return { status: 200, body: { status: "ok" } };
    requireMetricsToken(token, headers.authorization);
    return askDatabase(database);
  };
}
