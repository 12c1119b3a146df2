import { type ErasingParts, eraseAccount } from "@parley/application/erase-account";
import type { accountRoutes } from "@parley/contract/routes/account";
import type { Identity, Operation } from "@parley/http/api-types";
import { problem } from "@parley/http/problem";

/** Kept for the batch that is under way, Cognito and the answer, in milliseconds. */
const reserveMillis = 12_000;

function usernameOf(identity: Identity): string {
  if (!("sub" in identity)) throw problem("forbidden");
  return identity.username === "" ? identity.sub : identity.username;
}

/** Deletes the caller's account; what there is no time for, repeating it goes on with, or else the sweeper. */
export function deleteMe(parts: ErasingParts): Operation<(typeof accountRoutes)["deleteMe"]> {
  return async ({ caller: { userId, identity }, remainingMillis }) => {
    const account = { ownerId: userId, username: usernameOf(identity) };
    const done = await eraseAccount(parts, account, () => remainingMillis() > reserveMillis);
    if (done === undefined) throw problem("unauthenticated");
    const body = { isComplete: done.isComplete, erased: done.counts };
    return done.isComplete ? { status: 200, body } : { status: 202, headers: { "Retry-After": "1" }, body };
  };
}
