import { resolveApiKey } from "@parley/data/api-keys";
import type { Database } from "@parley/data/database";
import { resolveUser } from "@parley/data/users";
import type { CallerResolution, Identity } from "@parley/http/api-types";

interface CallerSettings {
  NEW_USER_TOKENS: number;
  MONTHLY_TOKENS: number;
}

/** Finds the user behind a verified token or an API key: one round trip, which also refills the month's tokens. */
export function callersOf(database: Database, settings: CallerSettings) {
  const { NEW_USER_TOKENS: newUserTokens, MONTHLY_TOKENS: monthlyTokens } = settings;
  return async (identity: Identity): Promise<CallerResolution> => {
    if ("apiKeyHash" in identity) return resolveApiKey(database, identity.apiKeyHash, monthlyTokens);
    return resolveUser(database, { sub: identity.sub }, newUserTokens, monthlyTokens);
  };
}
