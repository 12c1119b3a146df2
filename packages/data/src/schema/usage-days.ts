import { bigint, date, index, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { timestamps } from "./columns.ts";
import { users } from "./users.ts";

const count = (name: string) => bigint(name, { mode: "number" }).notNull().default(0);

/** What replies took, by the day (UTC) on which they ended. A trigger on `replies` adds to it as each one ends. */
export const usageDays = pgTable(
  "usage_days",
  {
    ownerId: text("owner_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    day: date("day", { mode: "string" }).notNull(),
    model: text("model").notNull(),
    replies: count("replies"),
    // Of the model, and its cached and reasoning tokens as parts of these.
    inputTokens: count("input_tokens"),
    cachedTokens: count("cached_tokens"),
    outputTokens: count("output_tokens"),
    reasoningTokens: count("reasoning_tokens"),
    tokensCharged: count("tokens_charged"),
    ...timestamps(),
  },
  (table) => [
    primaryKey({ columns: [table.ownerId, table.day, table.model] }),
    // For admins, over all users.
    index("usage_days_day").on(table.day),
  ],
);
