import type { accountRoutes } from "@parley/contract/routes/account";
import type { Database } from "@parley/data/database";
import { getUser } from "@parley/data/users";
import type { Caller, Operation } from "@parley/http/api-types";
import { requireMatch } from "@parley/http/etag";
import { problem } from "@parley/http/problem";
import { type ErasingDependencies, eraseAccount } from "@parley/identity/erase-account";
import { usernameOf } from "@parley/identity/username-of";
import { meEtag } from "./render-me.ts";

/** Kept for the batch that is under way, Cognito and the answer, in milliseconds. */
const reserveMillis = 12_000;

/**
 * The version that the deletion must find to begin. Undefined, any will do, without If-Match and once it has begun:
 * beginning it has changed the ETag, and whoever repeats the request could not know the new one.
 * @throws Problem 412 when the client has seen another version
 */
async function versionToFind(database: Database, { userId, identity }: Caller, ifMatch: string | undefined) {
  if (ifMatch === undefined) return undefined;
  const row = await getUser(database, userId);
  if (row === undefined) throw problem("unauthenticated");
  if (row.deletion !== null) return undefined;
  requireMatch(ifMatch, meEtag(row, identity));
  return row.version;
}

/** Deletes the caller's account; what there is no time for, repeating it goes on with, or else the sweeper. */
export function deleteMe(dependencies: ErasingDependencies): Operation<(typeof accountRoutes)["deleteMe"]> {
  return async ({ caller, headers, remainingMillis }) => {
    const request = {
      ownerId: caller.userId,
      username: usernameOf(caller.identity),
      expectedVersion: await versionToFind(dependencies.database, caller, headers.ifMatch),
    };
    const done = await eraseAccount(dependencies, request, () => remainingMillis() > reserveMillis);
    if (done === undefined) throw problem("unauthenticated");
    const body = { isComplete: done.isComplete, erased: done.counts };
    return done.isComplete ? { status: 200, body } : { status: 202, headers: { "Retry-After": "1" }, body };
  };
}
