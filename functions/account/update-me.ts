import type { UsingSettings } from "@parley/composition/settings";
import type { accountRoutes } from "@parley/contract/routes/account";
import type { Database } from "@parley/data/database";
import { getUser, updateUser } from "@parley/data/users";
import type { Operation } from "@parley/http/api-types";
import { matchedVersion, missProblem } from "@parley/http/matched-version";
import { problem } from "@parley/http/problem";
import { meEtag, renderMe } from "./render-me.ts";

/**
 * Changes the profile.
 * @param requireOffered throws a Problem at this path of the body for a model that this deployment does not offer
 */
export function updateMe(
  database: Database,
  settings: UsingSettings,
  requireOffered: (modelId: string, path: string) => Promise<void>,
): Operation<(typeof accountRoutes)["updateMe"]> {
  return async ({ body, caller: { userId, identity }, headers }) => {
    const { displayName, preferences: { defaultModel, locale } = {} } = body;
    if (defaultModel) await requireOffered(defaultModel, "body.preferences.defaultModel");
    const expectedVersion = await matchedVersion(
      headers.ifMatch,
      () => getUser(database, userId),
      (row) => meEtag(row, identity),
    );
    const change = { displayName, defaultModel, locale };
    const row = await updateUser(database, userId, change, expectedVersion);
    if (row === undefined) {
      throw expectedVersion === undefined ? problem("unauthenticated") : missProblem("stale");
    }
    return { status: 200, body: renderMe(row, identity, settings), etag: meEtag(row, identity) };
  };
}
