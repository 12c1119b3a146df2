import type { authRoutes } from "@parley/contract/routes/auth";
import type { Operation } from "@parley/http/api-types";
import { usernameOf } from "@parley/identity/username-of";

/** Ends every session of the caller. */
export function signOutEverywhere(
  signOut: (username: string) => Promise<void>,
): Operation<(typeof authRoutes)["signOutEverywhere"]> {
  return async ({ caller }) => {
    await signOut(usernameOf(caller.identity));
    return { status: 204 };
  };
}
