import { bigint, date, pgTable } from "drizzle-orm/pg-core";
import { timestamps } from "./columns.ts";

/** Millionths of a dollar that replies asked on a day (UTC) have cost, and that those unfinished may cost. */
export const spendingDays = pgTable("spending_days", {
  day: date("day").primaryKey(),
  spent: bigint("spent", { mode: "number" }).notNull().default(0),
  held: bigint("held", { mode: "number" }).notNull().default(0),
  ...timestamps(),
});
