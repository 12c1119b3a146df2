import { opsAnswers } from "@parley/contract/answers/ops";
import { opsRoutes } from "@parley/contract/routes/ops";
import { openDatabase } from "@parley/data/database";
import { createApi } from "@parley/http/create-api";
import { captureLog } from "@parley/http/testing/capture-log";
import { eventFor, send } from "@parley/http/testing/send";
import { expect, it } from "vitest";
import { getHealth } from "./get-health.ts";

const lines = captureLog();

it("is degraded, without a word about why, while nothing answers where the database should be", async () => {
  // Port 1 is reserved; nothing listens there.
  const database = openDatabase("postgres://someone:hunter2@127.0.0.1:1/parley");
  const api = createApi({
    routes: { getHealth: opsRoutes.getHealth },
    operations: { getHealth: getHealth(database, "a-token") },
    apiRatePerSecond: 0,
  });
  const asking = { authorizer: {}, rawQueryString: "deep=1", headers: { authorization: "Bearer a-token" } };
  const answer = await send(api, eventFor("GET /health", asking));
  await database.close();
  expect(answer).toMatchObject({ status: 503, headers: { "retry-after": "2", "cache-control": "no-store" } });
  expect(opsAnswers.getHealth[503].parse(answer.body)).toEqual({
    status: "degraded",
    database: "unreachable",
  });
  expect(lines().join("")).toContain("ECONNREFUSED");
  expect(lines().join("")).not.toContain("hunter2");
});
