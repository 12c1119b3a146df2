import { and, eq, getTableColumns, or, type SQL, sql } from "drizzle-orm";
import { countRows } from "./count-rows.ts";
import type { Database } from "./database.ts";
import { behindInstant, contains, exactInstant, inOrder, type PageOf, pageLimit } from "./keyset.ts";
import { systemPrompts } from "./schema/system-prompts.ts";

export type SystemPromptRow = typeof systemPrompts.$inferSelect;

const columns = getTableColumns(systemPrompts);

// Not as parameters: the index of public ones is a partial one, which a plan for all values could not use.
const isOf = {
  public: sql`${systemPrompts.visibility} = 'public'`,
  private: sql`${systemPrompts.visibility} = 'private'`,
};

function usableBy(userId: string): SQL {
  return sql`may_use_prompt(${systemPrompts}, ${userId})`;
}

/** The prompt of this id, where the user may use it. */
export function usablePrompt(userId: string, systemPromptId: string): SQL | undefined {
  return and(eq(systemPrompts.id, systemPromptId), usableBy(userId));
}

/** A prompt that this user may use. */
export async function getSystemPrompt(
  database: Database,
  userId: string,
  systemPromptId: string,
): Promise<SystemPromptRow | undefined> {
  const [row] = await database.run(({ orm }) =>
    orm
      .select()
      .from(systemPrompts)
      .where(usablePrompt(userId, systemPromptId))
      .prepare("get_system_prompt")
      .execute(),
  );
  return row;
}

export interface SystemPromptFilter {
  q?: string | undefined;
  /** Absent: one's own; `public`: everybody's public ones. */
  visibility?: "private" | "public" | undefined;
}

function withWords({ q }: SystemPromptFilter): SQL | undefined {
  return q === undefined
    ? undefined
    : or(contains(systemPrompts.name, q), contains(systemPrompts.content, q));
}

function matching(userId: string, filter: SystemPromptFilter): SQL | undefined {
  const { visibility } = filter;
  const own = visibility === "public" ? undefined : eq(systemPrompts.ownerId, userId);
  return and(own, visibility && isOf[visibility], withWords(filter));
}

export type SystemPromptPage = SystemPromptFilter & PageOf<string>;

/** Up to `limit` of one's own prompts, or of everybody's public ones, by time of creation; `sortKey` has its microseconds. */
export async function listSystemPrompts(
  database: Database,
  userId: string,
  page: SystemPromptPage,
): Promise<(SystemPromptRow & { sortKey: string })[]> {
  const direction = inOrder(page);
  return database.run(({ orm }) =>
    orm
      .select({ ...columns, sortKey: exactInstant(systemPrompts.createdAt).as("sort_key") })
      .from(systemPrompts)
      .where(and(matching(userId, page), behindInstant(systemPrompts.createdAt, systemPrompts.id, page)))
      .orderBy(direction(systemPrompts.createdAt), direction(systemPrompts.id))
      .limit(pageLimit(page))
      .prepare("list_system_prompts")
      .execute(),
  );
}

/** How many prompts match. */
export async function countSystemPrompts(
  database: Database,
  userId: string,
  filter: SystemPromptFilter,
): Promise<number> {
  return database.run(({ orm }) => countRows(orm, systemPrompts, matching(userId, filter)));
}
