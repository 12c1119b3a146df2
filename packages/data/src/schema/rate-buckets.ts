import { index, pgTable, text } from "drizzle-orm/pg-core";
import { instant, timestamps } from "./columns.ts";

/** What somebody may do at a limited rate, across all environments. Nothing here says who: the key is a keyed hash. */
export const rateBuckets = pgTable(
  "rate_buckets",
  {
    key: text("key").primaryKey(),
    // When the bucket is full again (GCRA's theoretical arrival time); past that the row says nothing and may go.
    fullAt: instant("full_at").notNull(),
    ...timestamps(),
  },
  (table) => [index("rate_buckets_full").on(table.fullAt)],
);
