import { type Opened, openConnection } from "@parley/data/connections";
import type { Database } from "@parley/data/database";
import type { Caller, Identity } from "@parley/http/api-types";
import { type Problem, problem } from "@parley/http/problem";
import { rateLimited } from "@parley/http/rate-limit";
import { readIdentity, requireScope } from "@parley/http/resolve-caller";
import type { Realtime } from "@parley/realtime/create-realtime";
import { addLogKeys } from "@parley/runtime/logger";
import { tokenEnd } from "./token-end.ts";
import type { WebsocketEvent } from "./websocket-event.ts";

export interface ConnectDependencies {
  database: Database;
  realtime: Pick<Realtime, "dismiss">;
  findCaller: (identity: Identity, source?: string) => Caller | Promise<Caller>;
}

function refusalOf({ outcome }: Exclude<Opened, { outcome: "opened" }>): Problem {
  if (outcome === "refused") return problem("unauthenticated");
  if (outcome === "disabled") return problem("forbidden", { detail: "This account is disabled." });
  return rateLimited({
    policy: "connections",
    allowed: "10 connections in half a minute",
    limit: 10,
    windowSeconds: 30,
    retryAfterSeconds: 30,
  });
}

/**
 * Notes the connection of a caller; those of theirs that have ended, and the oldest of too many, are closed. What an
 * environment remembers of a caller decides nothing here.
 * @throws Problem 401, 403 or 429
 */
export async function connect(
  dependencies: ConnectDependencies,
  { requestContext }: WebsocketEvent,
): Promise<void> {
  const identity = readIdentity(requestContext.authorizer);
  const caller = await dependencies.findCaller(identity, requestContext.identity?.sourceIp);
  requireScope(caller, { method: "GET" });
  const { userId } = caller;
  addLogKeys({ userId });
  const opened = await openConnection(dependencies.database, {
    ownerId: userId,
    connectionId: requestContext.connectionId,
    apiKeyHash: "apiKeyHash" in identity ? identity.apiKeyHash : undefined,
    expiresAt: tokenEnd(requestContext.authorizer),
  });
  if (opened.outcome !== "opened") throw refusalOf(opened);
  await dependencies.realtime.dismiss(userId, opened.ended);
}
