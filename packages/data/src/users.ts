import { createHash } from "node:crypto";
import { and, eq, getTableColumns, lt, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { newId } from "./ids.ts";
import { rowFromJson } from "./json-row.ts";
import { usageDays } from "./schema/usage-days.ts";
import { deletedSubjects, users } from "./schema/users.ts";
import { presentLimits } from "./storage.ts";
import type { StorageLimits } from "./storage-settings.ts";

export type UserRow = typeof users.$inferSelect;

/** `leaving`: the owner has asked for its deletion, which is not done yet. */
export type UserResolution =
  | { outcome: "active" | "disabled" | "leaving"; user: UserRow }
  | { outcome: "deleted" };

export interface Subject {
  /** The `sub` of a verified token. */
  sub: string;
  email?: string | undefined;
  displayName?: string | undefined;
}

/** Of `resolve_user`. */
export type ResolveUserArguments = Subject &
  typeof defaultPrompt & {
    /** SHA-256, hex. */
    subjectHash: string;
    userId: string;
    promptId: string;
    grant: number;
    monthlyTokens: number;
  };

const defaultPrompt = {
  promptName: "Default",
  promptContent: "You are a helpful assistant. Answer clearly and briefly, and say so when you do not know.",
};

/**
 * The user of a subject; made with a default system prompt and a grant of tokens on first sight.
 * One round trip, safe to repeat and to race.
 * @param monthlyTokens what the balance is topped up to on first sight in a calendar month (UTC); 0 = never
 */
export async function resolveUser(
  database: Database,
  subject: Subject,
  newUserTokens: number,
  monthlyTokens = 0,
): Promise<UserResolution> {
  const args = {
    ...subject,
    ...defaultPrompt,
    subjectHash: createHash("sha256").update(subject.sub).digest("hex"),
    userId: newId(),
    promptId: newId(),
    grant: newUserTokens,
    monthlyTokens,
  };
  const answer = await database.run((connection) => connection.call("resolve_user", args));
  if (answer.outcome === "deleted") return { outcome: "deleted" };
  return { outcome: answer.outcome, user: rowFromJson(users, answer.user) };
}

/** A user, what may be stored of each, and the tokens of models that the user has used in this day and month (UTC). */
export type Account = UserRow & { limits: StorageLimits; usedToday: number; usedThisMonth: number };

const usedSince = (unit: "day" | "month") =>
  sql`(select coalesce(sum(usage.input_tokens + usage.output_tokens), 0) from ${usageDays} as usage
    where usage.owner_id = ${users.id} and usage.day >= date_trunc('${sql.raw(unit)}', now() at time zone 'UTC'))`.mapWith(
    Number,
  );

const account = () => ({
  ...getTableColumns(users),
  limits: presentLimits(),
  usedToday: usedSince("day").as("used_today"),
  usedThisMonth: usedSince("month").as("used_this_month"),
});

/** The user, or undefined. */
export async function getUser(database: Database, userId: string): Promise<Account | undefined> {
  const [row] = await database.run(({ orm }) =>
    orm.select(account()).from(users).where(eq(users.id, userId)).prepare("get_user").execute(),
  );
  return row;
}

/** The changed user, or undefined if `expectedVersion` is given and is not the present one. */
export async function updateUser(
  database: Database,
  userId: string,
  change: {
    displayName?: string | null | undefined;
    email?: string | undefined;
    defaultModel?: string | null | undefined;
    locale?: string | null | undefined;
  },
  expectedVersion: number | undefined,
): Promise<Account | undefined> {
  const [row] = await database.run(({ orm }) =>
    orm
      .update(users)
      .set({ ...change, version: sql`${users.version} + 1`, updatedAt: sql`now()` })
      .where(
        and(
          eq(users.id, userId),
          expectedVersion === undefined ? undefined : eq(users.version, expectedVersion),
        ),
      )
      .returning(account())
      .prepare("update_user")
      .execute(),
  );
  return row;
}

/** Forgets deleted subjects whose tokens have all expired; answers how many. */
export async function purgeDeletedSubjects(database: Database): Promise<number> {
  const purged = await database.run(({ orm }) =>
    orm
      .delete(deletedSubjects)
      .where(lt(deletedSubjects.expiresAt, sql`now()`))
      .returning({ subjectHash: deletedSubjects.subjectHash }),
  );
  return purged.length;
}
