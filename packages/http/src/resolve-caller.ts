import type { Route } from "@parley/contract/route";
import type { Caller, CallerResolution, Identity } from "./api-types.ts";
import { createForgeryLimit } from "./forgery-limit.ts";
import { problem } from "./problem.ts";
import { remember } from "./remember.ts";

/** How long an answer is believed, in milliseconds: the longest a disabled user can go on. */
const believedFor = 60_000;
/** The same for a key that there is not: nobody can have made it later. */
const refusedFor = 3_600_000;
const maxCallers = 10_000;

/**
 * What the authorizer found out. The gateway keeps its answer for a while, so a token may have expired since.
 * @param context of our own authorizer, and read by hand: a schema takes a fiftieth of a send
 * @param now milliseconds.
 * @throws Problem 401 when it did not run, says nothing, or speaks of a token that has expired.
 */
export function readIdentity(
  context: Readonly<Record<string, unknown>> | null | undefined,
  now: number = Date.now(),
): Identity {
  const { apiKeyHash, sub, username = "", groups = "", expiresAt = Number.POSITIVE_INFINITY } = context ?? {};
  if (apiKeyHash !== undefined) {
    if (typeof apiKeyHash !== "string" || !/^[0-9a-f]{64}$/.test(apiKeyHash))
      throw problem("unauthenticated");
    return { apiKeyHash, groups: [] };
  }
  const isToken = typeof sub === "string" && sub !== "" && typeof username === "string";
  if (!isToken || typeof groups !== "string") throw problem("unauthenticated");
  // Seconds since 1970; as text from gateways that pass nothing else on.
  if (!(Number(expiresAt) * 1000 > now)) throw problem("unauthenticated");
  // The authorizer joins groups by commas: a list is not passed on by every gateway.
  const end = Number(expiresAt);
  return {
    sub,
    username,
    groups: groups.split(",").filter(Boolean),
    ...(Number.isFinite(end) && { expiresAt: end }),
  };
}

/** Only what is needed of it: a user's profile has no place in a cache that nothing invalidates. */
function shorten(resolution: CallerResolution): CallerResolution {
  if (!("user" in resolution)) return resolution;
  const { outcome, user, key } = resolution;
  return { outcome, user: { id: user.id }, key };
}

/** Never the same for a token and a key. */
function nameOf(identity: Identity): string {
  return "apiKeyHash" in identity ? `key:${identity.apiKeyHash}` : `sub:${identity.sub}`;
}

/** Milliseconds; a key is not believed beyond its own end. */
function believedUntil(resolution: CallerResolution, now: number): number {
  if (resolution.outcome === "refused") return now + refusedFor;
  const expiresAt = "key" in resolution ? resolution.key?.expiresAt?.getTime() : undefined;
  return Math.min(now + believedFor, expiresAt ?? Number.POSITIVE_INFINITY);
}

type Resolve = (identity: Identity) => Promise<CallerResolution>;

/**
 * Remembers answers for 60 s in this environment, so that a warm request adds no round trip. Failures are not
 * remembered.
 * @param now milliseconds.
 * @returns a function that gives the caller, at once where it is remembered, or throws a 401 (deleted, or no such key),
 * 403 (disabled) or 429 (one of many unknown keys from its source address) `Problem`.
 */
export function createCallerCache(resolve: Resolve, now: () => number = Date.now) {
  const known = new Map<string, { resolution: CallerResolution; until: number }>();
  const forgeries = createForgeryLimit(now);

  function remembered(identity: Identity): CallerResolution | undefined {
    const entry = known.get(nameOf(identity));
    return entry !== undefined && entry.until > now() ? entry.resolution : undefined;
  }

  async function lookUp(identity: Identity, source: string): Promise<CallerResolution> {
    if ("apiKeyHash" in identity) forgeries.check(source);
    const resolution = shorten(await resolve(identity));
    if (resolution.outcome === "refused") forgeries.count(source);
    remember(known, nameOf(identity), { resolution, until: believedUntil(resolution, now()) }, maxCallers);
    return resolution;
  }

  function admitted(identity: Identity, resolution: CallerResolution): Caller {
    if (!("user" in resolution)) throw problem("unauthenticated");
    if (resolution.outcome === "disabled")
      throw problem("forbidden", { detail: "This account is disabled." });
    return { userId: resolution.user.id, identity, scopes: resolution.key?.scopes };
  }

  return (identity: Identity, source = ""): Caller | Promise<Caller> => {
    const resolution = remembered(identity);
    if (resolution !== undefined) return admitted(identity, resolution);
    return lookUp(identity, source).then((found) => admitted(identity, found));
  };
}

/**
 * Holds an API key to its scopes, and keeps it off the routes that manage keys and passwords; a token passes.
 * @throws Problem 403
 */
export function requireScope(caller: Caller, route: Pick<Route, "method" | "credential">): void {
  if (caller.scopes === undefined) return;
  if (route.credential === "token") {
    throw problem("forbidden", { detail: "An API key cannot do this: sign in." });
  }
  const scope = route.method === "GET" ? "read" : "write";
  if (!caller.scopes.includes(scope)) {
    throw problem("forbidden", { detail: `This API key does not have the scope ${scope}.` });
  }
}

/**
 * Keeps everybody but the members of its Cognito group off a route. An API key has no groups.
 * @throws Problem 403
 */
export function requireGroup(caller: Caller, { group }: Pick<Route, "group">): void {
  if (group === undefined) return;
  const groups: readonly string[] = caller.identity.groups;
  if (!groups.includes(group)) throw problem("forbidden", { detail: `Only the group ${group} may do this.` });
}
