import type { adminRoutes } from "@parley/contract/routes/admin";
import { getUser } from "@parley/data/users";
import type { Operation } from "@parley/http/api-types";
import { requireMatch } from "@parley/http/etag";
import { problem } from "@parley/http/problem";
import { type ErasingDependencies, eraseAccount } from "@parley/identity/erase-account";

/** Kept for the batch that is under way, Cognito and the answer, in milliseconds. */
const reserveMillis = 12_000;

interface DeletingDependencies extends ErasingDependencies {
  /** Cognito's name of the user with this subject. */
  findUsername: (subject: string) => Promise<string | undefined>;
}

/** Deletes a user as they would delete themselves; what there is no time for, repeating it goes on with, or the sweeper. */
export function deleteUser(
  dependencies: DeletingDependencies,
): Operation<(typeof adminRoutes)["deleteUser"]> {
  return async ({ params: { userId }, caller, headers, requestId, remainingMillis }) => {
    if (userId === caller.userId) {
      throw problem("conflict", { detail: "Delete your own account with DELETE /v1/me." });
    }
    const user = await getUser(dependencies.database, userId);
    if (user === undefined) throw problem("not-found");
    // Beginning it has changed the ETag: whoever repeats the request could not know the new one.
    const isConditional = headers.ifMatch !== undefined && user.deletion === null;
    if (isConditional) requireMatch(headers.ifMatch, String(user.version));
    const request = {
      ownerId: userId,
      username: (await dependencies.findUsername(user.cognitoSub)) ?? user.cognitoSub,
      expectedVersion: isConditional ? user.version : undefined,
      by: { adminId: caller.userId, requestId },
    };
    const done = await eraseAccount(dependencies, request, () => remainingMillis() > reserveMillis);
    if (done === undefined) throw problem("not-found");
    const body = { isComplete: done.isComplete, erased: done.counts };
    return done.isComplete ? { status: 200, body } : { status: 202, headers: { "Retry-After": "1" }, body };
  };
}
