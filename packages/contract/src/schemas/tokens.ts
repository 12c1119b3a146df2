import * as z from "zod/mini";
import { id, recordId, timestamp } from "./fields.ts";

/** What a reply costs. */
export const price = z.union([
  z.object({ kind: z.literal("flat"), tokens: z.int() }),
  z.object({
    kind: z.literal("metered"),
    inputPer1000: z.number(),
    outputPer1000: z.number(),
    cachedInputPer1000: z
      .optional(z.number())
      .check(z.meta({ description: "Of input that the provider had read before; absent: as other input" })),
  }),
]);

export type Price = z.infer<typeof price>;

/** What a user has left, beside what cost it. */
export const tokensLeft = z
  .object({ balance: z.int(), held: z.int() })
  .register(z.globalRegistry, { id: "TokensLeft" });

export type TokensLeft = z.infer<typeof tokensLeft>;

export const tokenBalance = z
  .object({
    balance: z.int(),
    held: z.int().check(z.meta({ description: "Kept back for replies that have not ended" })),
    available: z.int().check(z.meta({ description: "balance less held: what a reply may cost at most" })),
    refill: z.nullable(z.object({ monthlyTokens: z.int(), nextAt: timestamp })).check(
      z.meta({
        description: "What the balance is topped up to on first use in a month (UTC); null: never",
      }),
    ),
  })
  .register(z.globalRegistry, { id: "TokenBalance" });

export const ledgerEntry = z
  .object({
    id: recordId,
    kind: z.enum(["grant", "hold", "debit", "release"]).check(
      z.meta({
        description: "grant and debit change the balance; hold and release what is kept back of it",
      }),
    ),
    amount: z.int(),
    reason: z.string().check(
      z.meta({
        description: "welcome, refill …; of a hold `reply`, of a debit or release how the reply ended",
        example: "completed",
      }),
    ),
    replyId: z.nullable(id),
    balance: z.int().check(z.meta({ description: "After this entry" })),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .register(z.globalRegistry, { id: "LedgerEntry" });

export type LedgerEntry = z.infer<typeof ledgerEntry>;
