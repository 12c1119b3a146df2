import * as z from "zod";
import { id, timestamp } from "./fields.ts";

/** What a reply costs. */
export const price = z.union([
  z.object({ kind: z.literal("flat"), tokens: z.int() }),
  z.object({ kind: z.literal("metered"), inputPer1000: z.number(), outputPer1000: z.number() }),
]);

export type Price = z.infer<typeof price>;

export const tokenBalance = z
  .object({
    balance: z.int(),
    held: z.int().meta({ description: "Kept back for replies that have not ended" }),
    available: z.int().meta({ description: "balance less held: what a reply may cost at most" }),
    refill: z
      .object({ monthlyTokens: z.int(), nextAt: timestamp })
      .nullable()
      .meta({ description: "What the balance is topped up to on first use in a month (UTC); null: never" }),
  })
  .meta({ id: "TokenBalance" });

export const ledgerEntry = z
  .object({
    id,
    kind: z.enum(["grant", "hold", "debit", "release"]).meta({
      description: "grant and debit change the balance; hold and release what is kept back of it",
    }),
    amount: z.int(),
    reason: z.string().meta({
      description: "welcome, refill …; of a hold `reply`, of a debit or release how the reply ended",
      example: "completed",
    }),
    replyId: id.nullable(),
    balance: z.int().meta({ description: "After this entry" }),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: "LedgerEntry" });

export type LedgerEntry = z.infer<typeof ledgerEntry>;
