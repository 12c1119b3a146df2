import { and, asc, between, desc, eq, sql, sum } from "drizzle-orm";
import type { Database } from "./database.ts";
import { usageDays } from "./schema/usage-days.ts";
import { users } from "./schema/users.ts";

/** What the replies of one day, or those of one model, took. */
export interface UsageRow {
  /** The day or the model. */
  key: string;
  replies: number;
  inputTokens: number;
  cachedTokens: number;
  outputTokens: number;
  reasoningTokens: number;
  tokensCharged: number;
}

export interface UsageRequest {
  /** Absent: of all users. */
  ownerId: string | undefined;
  /** Days, both included. */
  from: string;
  to: string;
  by: "day" | "model";
}

interface TitleUsage {
  ownerId: string;
  model: string;
  inputTokens: number;
  outputTokens: number;
}

/** A user may name any model that a provider offers. */
const maxRows = 1_000;

/** Of a year it reads at most its rows of this user, in one scan of their key; the days in order, or the dearest models first. */
export async function readUsage(
  database: Database,
  { ownerId, from, to, by }: UsageRequest,
): Promise<UsageRow[]> {
  const key = usageDays[by];
  const charged = sum(usageDays.tokensCharged).mapWith(Number);
  return database.run(({ orm }) =>
    orm
      .select({
        key,
        replies: sum(usageDays.replies).mapWith(Number),
        inputTokens: sum(usageDays.inputTokens).mapWith(Number),
        cachedTokens: sum(usageDays.cachedTokens).mapWith(Number),
        outputTokens: sum(usageDays.outputTokens).mapWith(Number),
        reasoningTokens: sum(usageDays.reasoningTokens).mapWith(Number),
        tokensCharged: charged,
      })
      .from(usageDays)
      .where(
        and(
          ownerId === undefined ? undefined : eq(usageDays.ownerId, ownerId),
          between(usageDays.day, from, to),
        ),
      )
      .groupBy(key)
      .orderBy(...(by === "day" ? [asc(key)] : [desc(charged), asc(key)]))
      .limit(maxRows)
      .prepare("read_usage")
      .execute(),
  );
}

/** Counts what a model took to name a conversation: neither a reply nor charged to anybody. */
export async function countTitle(
  database: Database,
  { ownerId, model, inputTokens, outputTokens }: TitleUsage,
): Promise<void> {
  await database.run(({ orm }) =>
    // The user is locked first, as where a reply ends.
    orm.execute(sql`insert into ${usageDays} as usage (owner_id, day, model, input_tokens, output_tokens)
      select id, (now() at time zone 'UTC')::date, ${model}, ${inputTokens}::bigint, ${outputTokens}::bigint
      from ${users} where id = ${ownerId} for no key update
      on conflict (owner_id, day, model) do update set input_tokens = usage.input_tokens + excluded.input_tokens,
        output_tokens = usage.output_tokens + excluded.output_tokens, updated_at = now()`),
  );
}
