import { and, asc, desc, eq, getTableColumns, ne, or, type SQL, sql } from "drizzle-orm";
import { unionAll } from "drizzle-orm/pg-core";
import { behindPageByInstant, contains, exactInstant, pageLimit, usualPages } from "../drizzle/keyset.ts";
import { counting, db, statement, statements } from "../drizzle/statement.ts";
import type { PageShape } from "../keyset.ts";
import { systemPrompts } from "../schema/system-prompts.ts";

const columns = getTableColumns(systemPrompts);
// Not as parameters: the index of public ones is a partial one, which a plan for all values could not use.
const isOf = {
  public: sql`${systemPrompts.visibility} = 'public'`,
  private: sql`${systemPrompts.visibility} = 'private'`,
};
const userId = sql.placeholder("userId");

export const get = statement(() =>
  db
    .select(columns)
    .from(systemPrompts)
    .where(
      and(
        eq(systemPrompts.id, sql.placeholder("systemPromptId")),
        or(eq(systemPrompts.ownerId, userId), isOf.public),
      ),
    ),
);

export interface PromptFilterShape {
  /** Whether a text to look for is given. */
  q: boolean;
  /** Absent: one's own, and everybody's public ones. */
  visibility: "private" | "public" | undefined;
}

function withWords({ q }: PromptFilterShape): SQL | undefined {
  const words = sql.placeholder("q");
  return q ? or(contains(systemPrompts.name, words), contains(systemPrompts.content, words)) : undefined;
}

function ownMatching(filter: PromptFilterShape): SQL | undefined {
  const { visibility } = filter;
  return and(eq(systemPrompts.ownerId, userId), visibility && isOf[visibility], withWords(filter));
}

function othersMatching(filter: PromptFilterShape): SQL | undefined {
  return and(
    isOf.public,
    filter.visibility === "private" ? sql`false` : undefined,
    ne(systemPrompts.ownerId, userId),
    withWords(filter),
  );
}

export const list = statements(
  ({ page, filter }: { page: PageShape; filter: PromptFilterShape }) => {
    const direction = page.order === "asc" ? asc : desc;
    // Each half reads `limit` rows of an index of its own; one condition with `or` would read and sort all.
    const half = (condition: SQL | undefined) =>
      db
        .select({ ...columns, sortKey: exactInstant(systemPrompts.createdAt).as("sort_key") })
        .from(systemPrompts)
        .where(and(condition, behindPageByInstant(systemPrompts.createdAt, systemPrompts.id, page)))
        .orderBy(direction(systemPrompts.createdAt), direction(systemPrompts.id))
        .limit(pageLimit(page));
    return unionAll(half(ownMatching(filter)), half(othersMatching(filter)))
      .orderBy(direction(sql`created_at`), direction(sql`id`))
      .limit(pageLimit(page));
  },
  usualPages.map((page) => ({ page, filter: { q: false, visibility: undefined } })),
);

export const count = statements((filter: PromptFilterShape) =>
  counting(systemPrompts, or(ownMatching(filter), othersMatching(filter))),
);
