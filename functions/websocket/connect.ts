import { readTicket, ticketSeconds } from "@parley/composition/push-tickets";
import { type NewConnection, type Opened, openConnection } from "@parley/data/connections";
import type { Database } from "@parley/data/database";
import { takeFromBucket } from "@parley/data/rate-buckets";
import type { Caller, Identity } from "@parley/http/api-types";
import { type Problem, problem } from "@parley/http/problem";
import { rateLimited } from "@parley/http/rate-limit";
import { readIdentity, requireScope } from "@parley/http/resolve-caller";
import type { Realtime } from "@parley/realtime/create-realtime";
import { addLogKeys } from "@parley/runtime/logger";
import { requireOrigin } from "./origin.ts";
import { tokenEnd } from "./token-end.ts";
import type { WebsocketEvent } from "./websocket-event.ts";

export interface ConnectDependencies {
  database: Database;
  realtime: Pick<Realtime, "dismiss">;
  findCaller: (identity: Identity, source?: string) => Caller | Promise<Caller>;
  /** Pages that may connect, besides the one that asked for a ticket. */
  allowedOrigins: readonly string[];
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

type Opener = Pick<NewConnection, "ownerId" | "apiKeyHash" | "expiresAt">;

/** @throws Problem 401, also of a ticket that has opened a connection */
async function spendTicket(
  database: Database,
  event: WebsocketEvent,
  allowed: readonly string[],
  text: string,
) {
  const ticket = await readTicket(text);
  if (ticket === undefined) throw problem("unauthenticated");
  requireOrigin(event, allowed, ticket.origin);
  // Full again when the ticket is long over.
  const once = { limit: 1, windowSeconds: 2 * ticketSeconds };
  const wait = await takeFromBucket(database, `ticket:${ticket.id}`, once);
  if (wait !== undefined) throw problem("unauthenticated");
  return { ownerId: ticket.userId, apiKeyHash: undefined, expiresAt: ticket.tokenEnd };
}

/** @throws Problem 401, 403 or 429 */
async function openerOf(
  { database, findCaller, allowedOrigins }: ConnectDependencies,
  event: WebsocketEvent,
): Promise<Opener> {
  const { authorizer, identity: gateway } = event.requestContext;
  const ticket = authorizer?.ticket;
  if (typeof ticket === "string") return spendTicket(database, event, allowedOrigins, ticket);
  requireOrigin(event, allowedOrigins, undefined);
  const identity = readIdentity(authorizer);
  const caller = await findCaller(identity, gateway?.sourceIp);
  requireScope(caller, { method: "GET" });
  const apiKeyHash = "apiKeyHash" in identity ? identity.apiKeyHash : undefined;
  return { ownerId: caller.userId, apiKeyHash, expiresAt: tokenEnd(authorizer) };
}

/**
 * Notes the connection of a caller; those of theirs that have ended, and the oldest of too many, are closed. What an
 * environment remembers of a caller decides nothing here.
 * @throws Problem 401, 403 or 429
 */
export async function connect(dependencies: ConnectDependencies, event: WebsocketEvent): Promise<void> {
  const { database, realtime } = dependencies;
  const opener = await openerOf(dependencies, event);
  addLogKeys({ userId: opener.ownerId });
  const { connectionId } = event.requestContext;
  const opened = await openConnection(database, { ...opener, connectionId });
  if (opened.outcome !== "opened") throw refusalOf(opened);
  await realtime.dismiss(opener.ownerId, opened.ended);
}
