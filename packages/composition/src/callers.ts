import { resolveApiKey } from "@parley/data/api-keys";
import type { Database } from "@parley/data/database";
import { resolveUser } from "@parley/data/users";
import type { CallerResolution, Identity } from "@parley/http/api-types";

interface CallerSettings {
  NEW_USER_TOKENS: number;
  MONTHLY_TOKENS: number;
}

/**
 * Finds the user behind a verified token or an API key: one round trip, which also refills the month's tokens.
 * @param admitsLeaving whose account is being deleted passes: to go on with it, where that is offered
 */
export function callersOf(database: Database, settings: CallerSettings, admitsLeaving = false) {
  const { NEW_USER_TOKENS: newUserTokens, MONTHLY_TOKENS: monthlyTokens } = settings;
  return async (identity: Identity): Promise<CallerResolution> => {
    if ("apiKeyHash" in identity) return resolveApiKey(database, identity.apiKeyHash, monthlyTokens);
    const resolution = await resolveUser(database, { sub: identity.sub }, newUserTokens, monthlyTokens);
    if (resolution.outcome === "deleted") return resolution;
    const { outcome, user } = resolution;
    if (outcome !== "leaving") return { outcome, user };
    return admitsLeaving ? { outcome: "active", user } : { outcome: "deleted" };
  };
}
