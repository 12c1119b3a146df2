import { sql } from "drizzle-orm";
import { bigint, index, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
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
    ...timestamps(),
  },
  (table) => [
    uniqueIndex("token_ledger_once").on(table.replyId, table.kind).where(sql`${table.replyId} is not null`),
    index("token_ledger_owner").on(table.ownerId, table.createdAt, table.id),
  ],
);
