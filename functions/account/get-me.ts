import type { UsingSettings } from "@parley/composition/settings";
import type { accountRoutes } from "@parley/contract/routes/account";
import type { Database } from "@parley/data/database";
import { getUser } from "@parley/data/users";
import type { Operation } from "@parley/http/api-types";
import { problem } from "@parley/http/problem";
import { meEtag, renderMe } from "./render-me.ts";

/** The signed-in user. */
export function getMe(
  database: Database,
  settings: UsingSettings,
): Operation<(typeof accountRoutes)["getMe"]> {
  return async ({ caller: { userId, identity } }) => {
    const row = await getUser(database, userId);
    // The caller was known when its token was last looked up: the account has gone since.
    if (row === undefined) throw problem("unauthenticated");
    return { status: 200, body: renderMe(row, identity, settings), etag: meEtag(row, identity) };
  };
}
