import type { LedgerEntry } from "../schemas/tokens.ts";

/** A stored entry of a user's ledger. */
export interface LedgerEntrySource {
  id: string;
  kind: LedgerEntry["kind"];
  amount: number;
  reason: string;
  replyId: string | null;
  balance: number;
  createdAt: Date;
  updatedAt: Date;
}

export function renderLedgerEntry(row: LedgerEntrySource): LedgerEntry {
  return {
    id: row.id,
    kind: row.kind,
    amount: row.amount,
    reason: row.reason,
    replyId: row.replyId,
    balance: row.balance,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
