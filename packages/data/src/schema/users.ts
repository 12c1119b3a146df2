import { sql } from "drizzle-orm";
import { bigint, check, doublePrecision, index, integer, jsonb, pgTable, text } from "drizzle-orm/pg-core";
import { instant, timestamps, version } from "./columns.ts";

/** How far the deletion of an account has got, so that it can be taken up again. */
export interface AccountDeletion {
  /** The owner of the ledger's entries from then on. */
  pseudonym: string;
  /** Rows that are gone, by table. */
  erased: Record<string, number>;
  /** Cognito's name of the user, for whoever finishes what was broken off; not in deletions begun long ago. */
  username?: string;
}

const stored = (name: string) => bigint(name, { mode: "number" }).notNull().default(0);

export const users = pgTable(
  "users",
  {
    id: text("id").primaryKey(),
    cognitoSub: text("cognito_sub").notNull().unique(),
    email: text("email"),
    displayName: text("display_name"),
    // Of new conversations that name none.
    defaultModel: text("default_model"),
    // BCP 47.
    locale: text("locale"),
    tokenBalance: bigint("token_balance", { mode: "number" }).notNull().default(0),
    tokensHeld: bigint("tokens_held", { mode: "number" }).notNull().default(0),
    // When the month's tokens were last given; the welcome grant counts as those of its month.
    refilledAt: instant("refilled_at"),
    // The per-second bucket as a theoretical arrival time (GCRA), the per-minute one as a counted window.
    sendAllowedAt: instant("send_allowed_at"),
    sendWindowStartedAt: instant("send_window_started_at"),
    sendWindowCount: integer("send_window_count").notNull().default(0),
    // What is stored of the user: triggers on the tables count it as it is written and erased.
    storedConversations: stored("stored_conversations"),
    storedMessages: stored("stored_messages"),
    storedNotes: stored("stored_notes"),
    storedSystemPrompts: stored("stored_system_prompts"),
    storedApiKeys: stored("stored_api_keys"),
    storedBytes: stored("stored_bytes"),
    // Until when each poll of the user waits that does, in seconds since the epoch.
    pollWaits: doublePrecision("poll_waits").array().notNull().default(sql`'{}'`),
    disabledAt: instant("disabled_at"),
    // Set once the owner has asked for it; the row itself goes last.
    deletion: jsonb("deletion").$type<AccountDeletion>(),
    version: version(),
    ...timestamps(),
  },
  (table) => [
    index("users_created").on(table.createdAt, table.id),
    index("users_leaving").on(table.id).where(sql`${table.deletion} is not null`),
    check("users_balance", sql`${table.tokensHeld} >= 0 and ${table.tokenBalance} >= ${table.tokensHeld}`),
  ],
);

/** Subjects whose account was deleted, until every token of theirs has expired. */
export const deletedSubjects = pgTable("deleted_subjects", {
  subjectHash: text("subject_hash").primaryKey(),
  expiresAt: instant("expires_at").notNull(),
  ...timestamps(),
});
