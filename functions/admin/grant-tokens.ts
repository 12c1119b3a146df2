import { renderLedgerEntry } from "@parley/contract/render/ledger-entry";
import type { adminRoutes } from "@parley/contract/routes/admin";
import { type GrantedTokens, grantTokens as storeGrant } from "@parley/data/admin-users";
import type { Database } from "@parley/data/database";
import { newId } from "@parley/data/ids";
import type { Operation } from "@parley/http/api-types";
import { replayHeader } from "@parley/http/idempotency";
import { type Problem, problem } from "@parley/http/problem";
import { leaving } from "./refusals.ts";

function refusal(refused: Exclude<GrantedTokens, { entry: unknown }>): Problem {
  switch (refused.outcome) {
    case "mismatch":
      return problem("idempotency-mismatch");
    case "leaving":
      return leaving();
    case "not_found":
      return problem("not-found");
    case "insufficient": {
      const { balance, held } = refused;
      const detail = `No more than ${balance - held} tokens can be taken: of ${balance}, ${held} are held for replies.`;
      return problem("conflict", { detail, extra: { balance, held } });
    }
  }
}

/** Gives a user tokens, or takes some. */
export function grantTokens(database: Database): Operation<(typeof adminRoutes)["grantTokens"]> {
  return async ({ params: { userId }, body: { amount, reason }, caller, idempotency, requestId }) => {
    const granted = await storeGrant(database, {
      adminId: caller.userId,
      requestId,
      userId,
      entryId: newId(),
      amount,
      reason: reason ?? "granted",
      idempotencyKey: idempotency?.key,
      idempotencyFingerprint: idempotency?.fingerprint,
    });
    if (!("entry" in granted)) throw refusal(granted);
    const { outcome, entry } = granted;
    return { status: 201, headers: replayHeader(outcome), body: renderLedgerEntry(entry) };
  };
}
