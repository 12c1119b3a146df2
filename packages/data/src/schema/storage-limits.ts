import { sql } from "drizzle-orm";
import { bigint, boolean, check, pgTable } from "drizzle-orm/pg-core";
import { instant, timestamps } from "./columns.ts";

const limit = (name: string) => bigint(name, { mode: "number" }).notNull();

/**
 * The one row of what may be stored of a user, and of all together; 0 is no limit. `migrate` writes the settings of the
 * deployment here, and `require_room` what there is of all together and when that was counted.
 */
export const storageLimits = pgTable(
  "storage_limits",
  {
    isOnly: boolean("is_only").primaryKey().default(true),
    conversations: limit("conversations"),
    messages: limit("messages"),
    notes: limit("notes"),
    systemPrompts: limit("system_prompts"),
    apiKeys: limit("api_keys"),
    bytes: limit("bytes"),
    totalBytes: limit("total_bytes").default(0),
    countedBytes: limit("counted_bytes").default(0),
    countedAt: instant("counted_at"),
    ...timestamps(),
  },
  (table) => [check("storage_limits_one", sql`${table.isOnly}`)],
);
