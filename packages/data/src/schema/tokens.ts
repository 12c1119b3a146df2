import { sql } from "drizzle-orm";
import { bigint, integer, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import { timestamps } from "./columns.ts";

/** Append only. `owner_id` is no foreign key: amounts outlive a deleted account under a pseudonym. */
export const tokenLedger = pgTable(
  "token_ledger",
  {
    id: text("id").primaryKey(),
    ownerId: text("owner_id").notNull(),
    kind: text("kind", { enum: ["grant", "hold", "debit", "release"] }).notNull(),
    amount: bigint("amount", { mode: "number" }).notNull(),
    replyId: text("reply_id"),
    reason: text("reason").notNull(),
    // Both are set by a trigger, in the order of the owner's row lock: a timestamp could not tell that order.
    ordinal: integer("ordinal").notNull().default(0),
    // Of the owner, after this entry.
    balance: bigint("balance", { mode: "number" }).notNull().default(0),
    ...timestamps(),
  },
  (table) => [
    uniqueIndex("token_ledger_once").on(table.replyId, table.kind).where(sql`${table.replyId} is not null`),
    uniqueIndex("token_ledger_ordinal").on(table.ownerId, table.ordinal),
  ],
);
