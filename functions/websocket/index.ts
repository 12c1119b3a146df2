import { callersOf } from "@parley/composition/callers";
import { openDeploymentDatabase } from "@parley/composition/open-deployment-database";
import { openRealtime } from "@parley/composition/open-realtime";
import { tracedDatabase } from "@parley/composition/traced-database";
import { closeConnection, mayHear } from "@parley/data/connections";
import { isConnectionFailure } from "@parley/data/database-errors";
import { createRateLimit } from "@parley/http/rate-limit";
import { createCallerCache } from "@parley/http/resolve-caller";
import { toProblem } from "@parley/http/to-problem";
import { readEnvironment } from "@parley/runtime/environment";
import { logger, startLogScope } from "@parley/runtime/logger";
import { flushTelemetry, inSpan } from "@parley/runtime/telemetry";
import type { Context } from "aws-lambda";
import { act } from "./act.ts";
import { settings } from "./config.ts";
import { connect } from "./connect.ts";
import { requireOpen } from "./require-open.ts";
import { subscribe } from "./subscribe.ts";
import type { WebsocketEvent, WebsocketResult } from "./websocket-event.ts";

const config = readEnvironment(settings);
const database = tracedDatabase(await openDeploymentDatabase());
const realtime = openRealtime(config, database);
const findCaller = createCallerCache(callersOf(database, config));
const allowedOrigins = config.CORS_ORIGINS;
const takeFromRate = createRateLimit(config.API_RATE_PER_SECOND);

async function serve(event: WebsocketEvent): Promise<WebsocketResult> {
  const { eventType, connectionId } = event.requestContext;
  try {
    if (eventType === "CONNECT") await connect({ database, realtime, findCaller, allowedOrigins }, event);
    if (eventType === "DISCONNECT") await closeConnection(database, connectionId);
  } catch (error) {
    return { statusCode: toProblem(error, isConnectionFailure).status };
  }
  if (eventType !== "MESSAGE") return { statusCode: 200 };
  const answer = await act(
    {
      takeFromRate,
      requireOpen: requireOpen((id) => mayHear(database, id)),
      subscribe: (id, action) => subscribe({ database, realtime }, id, action),
    },
    event,
  );
  if (answer?.type === "error" && answer.error.status === 401) {
    // An answer is sent when this function has ended: the connection would be closed before it.
    await realtime.disconnect([connectionId], answer);
    return { statusCode: 200 };
  }
  return { statusCode: 200, ...(answer !== undefined && { body: JSON.stringify(answer) }) };
}

/** `$connect`, `$disconnect` and, by `$default`, every message of a client. */
export async function handler(event: WebsocketEvent, context: Context): Promise<WebsocketResult> {
  const { requestId, routeKey, connectionId } = event.requestContext;
  const startedAt = performance.now();
  startLogScope({ requestId });
  const about = { attributes: { "parley.request.id": requestId } };
  const result = await inSpan(`websocket ${routeKey}`, about, () => serve(event));
  const durationMs = Math.round((performance.now() - startedAt) * 10) / 10;
  logger.info("websocket", { route: routeKey, connectionId, status: result.statusCode, durationMs });
  await flushTelemetry(context.getRemainingTimeInMillis());
  return result;
}
