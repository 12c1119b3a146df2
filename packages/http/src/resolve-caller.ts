import type { Route } from "@parley/contract/route";
import * as z from "zod";
import type { Caller, CallerResolution, Identity } from "./api-types.ts";
import { problem } from "./problem.ts";

/** How long an answer is believed, in milliseconds: the longest a disabled user can go on. */
const believedFor = 60_000;
const mostCallers = 10_000;

// The authorizer joins groups by commas: a list is not passed on by every gateway.
const tokenSchema = z.object({
  sub: z.string().min(1),
  username: z.string().default(""),
  groups: z
    .string()
    .default("")
    .transform((text) => text.split(",").filter(Boolean)),
  /** Seconds since 1970; as text from gateways that pass nothing else on. */
  expiresAt: z.coerce.number().default(Number.POSITIVE_INFINITY),
});

const keySchema = z
  .object({ apiKeyHash: z.string().regex(/^[0-9a-f]{64}$/) })
  .transform(({ apiKeyHash }) => ({ apiKeyHash, groups: [] }));

// Not a union: what its first member refuses costs more to say than the second to read.
function isOfKey(authorizerContext: unknown): boolean {
  return (
    typeof authorizerContext === "object" && authorizerContext !== null && "apiKeyHash" in authorizerContext
  );
}

function parsed<S extends z.ZodType>(schema: S, authorizerContext: unknown): z.output<S> {
  const result = schema.safeParse(authorizerContext);
  if (!result.success) throw problem("unauthenticated");
  return result.data;
}

/**
 * What the authorizer found out. The gateway keeps its answer for a while, so a token may have expired since.
 * @param now milliseconds.
 * @throws Problem 401 when it did not run, says nothing, or speaks of a token that has expired.
 */
export function readIdentity(authorizerContext: unknown, now: number = Date.now()): Identity {
  if (isOfKey(authorizerContext)) return parsed(keySchema, authorizerContext);
  const { expiresAt, ...identity } = parsed(tokenSchema, authorizerContext);
  if (expiresAt * 1000 <= now) throw problem("unauthenticated");
  return identity;
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
  const expiresAt = "key" in resolution ? resolution.key?.expiresAt?.getTime() : undefined;
  return Math.min(now + believedFor, expiresAt ?? Number.POSITIVE_INFINITY);
}

type Resolve = (identity: Identity) => Promise<CallerResolution>;

/**
 * Remembers answers for 60 s in this environment, so that a warm request adds no round trip. Failures are not
 * remembered.
 * @param now milliseconds.
 * @returns a function that gives the caller, or throws a 401 (deleted, or no such key) or 403 (disabled) `Problem`.
 */
export function createCallerCache(resolve: Resolve, now: () => number = Date.now) {
  const known = new Map<string, { resolution: CallerResolution; until: number }>();

  async function lookUp(identity: Identity): Promise<CallerResolution> {
    const name = nameOf(identity);
    const entry = known.get(name);
    if (entry !== undefined && entry.until > now()) return entry.resolution;
    const resolution = shorten(await resolve(identity));
    known.delete(name);
    known.set(name, { resolution, until: believedUntil(resolution, now()) });
    if (known.size > mostCallers) known.delete(known.keys().next().value ?? "");
    return resolution;
  }

  return async (identity: Identity): Promise<Caller> => {
    const resolution = await lookUp(identity);
    if (!("user" in resolution)) throw problem("unauthenticated");
    if (resolution.outcome === "disabled")
      throw problem("forbidden", { detail: "This account is disabled." });
    return { userId: resolution.user.id, identity, scopes: resolution.key?.scopes };
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
