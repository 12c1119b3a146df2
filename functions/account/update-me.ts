import type { accountRoutes } from "@parley/contract/routes/account";
import type { Database } from "@parley/data/database";
import { getUser, updateUser } from "@parley/data/users";
import type { Operation } from "@parley/http/api-types";
import { matchedVersion, missProblem } from "@parley/http/matched-version";
import { problem } from "@parley/http/problem";
import { meEtag, renderMe } from "./render-me.ts";

/** Changes the profile. */
export function updateMe(database: Database): Operation<(typeof accountRoutes)["updateMe"]> {
  return async ({ body, caller: { userId, identity }, headers }) => {
    const expectedVersion = await matchedVersion(
      headers.ifMatch,
      () => getUser(database, userId),
      (row) => meEtag(row, identity),
    );
    const row = await updateUser(database, userId, body, expectedVersion);
    if (row === undefined) {
      throw expectedVersion === undefined ? problem("unauthenticated") : missProblem("stale");
    }
    return { status: 200, body: renderMe(row, identity), etag: meEtag(row, identity) };
  };
}
