import type { opsRoutes } from "@parley/contract/routes/ops";
import type { Database } from "@parley/data/database";
import type { Operation } from "@parley/http/api-types";
import { describeError } from "@parley/runtime/describe-error";
import { logger } from "@parley/runtime/logger";

/** 200 while the database answers a statement, else 503: a load balancer reads the status alone. */
export function getHealth(database: Database): Operation<(typeof opsRoutes)["getHealth"]> {
  return async () => {
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
  };
}
