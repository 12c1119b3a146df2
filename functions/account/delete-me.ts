import type { accountRoutes } from "@parley/contract/routes/account";
import { beginAccountDeletion, finishAccountDeletion } from "@parley/data/account-deletion";
import type { Identity, Operation } from "@parley/http/api-types";
import { problem } from "@parley/http/problem";
import type { Realtime } from "@parley/realtime/create-realtime";
import { cancelEveryReply, type ErasingParts, eraseEverything } from "./erase-account.ts";

/** Kept for the batch that is under way, Cognito and the answer, in milliseconds. */
const reserveMillis = 12_000;

export interface DeletionParts extends ErasingParts {
  realtime: Pick<Realtime, "disconnect">;
  /** @throws Problem when Cognito cannot do it now */
  deleteSignIn: (username: string) => Promise<void>;
}

function usernameOf(identity: Identity): string {
  if (!("sub" in identity)) throw problem("forbidden");
  return identity.username === "" ? identity.sub : identity.username;
}

/**
 * Deletes the caller's account. Each step leaves what a repetition can go on from: the mark on the user's row comes
 * first and the row itself goes last, after the sign-in, for without a token nobody could repeat it.
 */
export function deleteMe(parts: DeletionParts): Operation<(typeof accountRoutes)["deleteMe"]> {
  return async ({ caller: { userId, identity }, remainingMillis }) => {
    const username = usernameOf(identity);
    const begun = await beginAccountDeletion(parts.database, userId);
    if (begun === undefined) throw problem("unauthenticated");
    await cancelEveryReply(parts, userId);
    await parts.realtime.disconnect(begun.connectionIds);
    const hasTime = () => remainingMillis() > reserveMillis;
    const { isComplete, counts } = await eraseEverything(parts, userId, begun.erased, hasTime);
    if (!isComplete) {
      return { status: 202, headers: { "Retry-After": "1" }, body: { isComplete, erased: counts } };
    }
    await parts.deleteSignIn(username);
    const erased = (await finishAccountDeletion(parts.database, userId)) ?? counts;
    return { status: 200, body: { isComplete, erased } };
  };
}
