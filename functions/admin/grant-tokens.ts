import { renderLedgerEntry } from "@parley/contract/render/ledger-entry";
import type { adminRoutes } from "@parley/contract/routes/admin";
import { type GrantedTokens, grantTokens as storeGrant } from "@parley/data/admin-users";
import type { Database } from "@parley/data/database";
import { newId } from "@parley/data/ids";
import type { Operation } from "@parley/http/api-types";
import { replayHeader } from "@parley/http/idempotency";
import { type Problem, problem } from "@parley/http/problem";
import { leaving } from "./refusals.ts";

function refusal(outcome: Exclude<GrantedTokens["outcome"], "granted" | "replayed">): Problem {
  if (outcome === "mismatch") return problem("idempotency-mismatch");
  return outcome === "leaving" ? leaving() : problem("not-found");
}

/** Gives a user tokens. */
export function grantTokens(database: Database): Operation<(typeof adminRoutes)["grantTokens"]> {
  return async ({ params: { userId }, body: { amount, reason }, caller, idempotency, requestId }) => {
    const granted = await storeGrant(database, {
      adminId: caller.userId,
      requestId,
      userId,
      entryId: newId(),
      amount,
      reason,
      idempotencyKey: idempotency?.key,
      idempotencyFingerprint: idempotency?.fingerprint,
    });
    if (!("entry" in granted)) throw refusal(granted.outcome);
    const { outcome, entry } = granted;
    return { status: 201, headers: replayHeader(outcome), body: renderLedgerEntry(entry) };
  };
}
