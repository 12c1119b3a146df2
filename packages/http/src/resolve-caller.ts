import * as z from "zod";
import type { Caller, CallerResolution, Identity } from "./api-types.ts";
import { problem } from "./problem.ts";

/** How long an answer is believed, in milliseconds: the longest a disabled user can go on. */
const believedFor = 60_000;
const mostCallers = 10_000;

// The authorizer joins groups by commas: a list is not passed on by every gateway.
const identitySchema = z.object({
  sub: z.string().min(1),
  username: z.string().default(""),
  groups: z
    .string()
    .default("")
    .transform((text) => text.split(",").filter(Boolean)),
});

/**
 * What the authorizer found out.
 * @throws Problem 401 when it did not run or says nothing.
 */
export function readIdentity(authorizerContext: unknown): Identity {
  const result = identitySchema.safeParse(authorizerContext);
  if (!result.success) throw problem("unauthenticated");
  return result.data;
}

/** Only what is needed of it: a user's profile has no place in a cache that nothing invalidates. */
function shorten(resolution: CallerResolution): CallerResolution {
  if (resolution.outcome === "deleted") return resolution;
  return { outcome: resolution.outcome, user: { id: resolution.user.id } };
}

type Resolve = (identity: Identity) => Promise<CallerResolution>;

/**
 * Remembers answers for 60 s in this environment, so that a warm request adds no round trip. Failures are not
 * remembered.
 * @param now milliseconds.
 * @returns a function that gives the caller, or throws a 401 (deleted) or 403 (disabled) `Problem`.
 */
export function createCallerCache(resolve: Resolve, now: () => number = Date.now) {
  const known = new Map<string, { resolution: CallerResolution; until: number }>();

  async function lookUp(identity: Identity): Promise<CallerResolution> {
    const entry = known.get(identity.sub);
    if (entry !== undefined && entry.until > now()) return entry.resolution;
    const resolution = shorten(await resolve(identity));
    known.delete(identity.sub);
    known.set(identity.sub, { resolution, until: now() + believedFor });
    if (known.size > mostCallers) known.delete(known.keys().next().value ?? "");
    return resolution;
  }

  return async (identity: Identity): Promise<Caller> => {
    const resolution = await lookUp(identity);
    if (resolution.outcome === "deleted") throw problem("unauthenticated");
    if (resolution.outcome === "disabled")
      throw problem("forbidden", { detail: "This account is disabled." });
    return { userId: resolution.user.id, identity };
  };
}
