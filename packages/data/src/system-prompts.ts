import { countRows } from "./count-rows.ts";
import type { Database } from "./database.ts";
import type { Created } from "./idempotency-keys.ts";
import { fromJson, type JsonRow } from "./json-row.ts";
import { type PageOf, pageShape, pageValues } from "./keyset.ts";
import type { systemPrompts } from "./schema/system-prompts.ts";
import { systemPromptFields } from "./statements/fields.ts";
import * as statements from "./statements/system-prompts.ts";

export type SystemPromptRow = typeof systemPrompts.$inferSelect;

/** A prompt that this user may use: their own or a public one. */
export async function getSystemPrompt(
  database: Database,
  userId: string,
  systemPromptId: string,
): Promise<SystemPromptRow | undefined> {
  const [row] = await database.run(({ rows }) => rows(statements.get, { userId, systemPromptId }));
  return row;
}

export interface SystemPromptFilter {
  q?: string | undefined;
  /** Absent: one's own, and everybody's public ones. */
  visibility?: "private" | "public" | undefined;
}

function filterShape({ q, visibility }: SystemPromptFilter): statements.PromptFilterShape {
  return { q: q !== undefined, visibility };
}

export type SystemPromptPage = SystemPromptFilter & PageOf<string>;

/** Up to `limit` prompts that this user may use, by time of creation; `sortKey` has its microseconds. */
export async function listSystemPrompts(
  database: Database,
  userId: string,
  page: SystemPromptPage,
): Promise<(SystemPromptRow & { sortKey: string })[]> {
  const statement = statements.list({ page: pageShape(page), filter: filterShape(page) });
  return database.run(({ rows }) => rows(statement, { userId, q: page.q, ...pageValues(page) }));
}

/** How many prompts match. */
export async function countSystemPrompts(
  database: Database,
  userId: string,
  filter: SystemPromptFilter,
): Promise<number> {
  return countRows(database, statements.count(filterShape(filter)), { userId, q: filter.q });
}

export interface NewSystemPrompt {
  ownerId: string;
  systemPromptId: string;
  name: string;
  content: string;
  visibility: "private" | "public";
  /** The owner's other default stops being it, in the same transaction. */
  isDefault: boolean;
  idempotencyKey?: string | undefined;
  idempotencyFingerprint?: string | undefined;
}

/** Saves a prompt, or finds what the same request made before. One round trip, one transaction. */
export async function createSystemPrompt(database: Database, args: NewSystemPrompt): Promise<Created> {
  return database.run((connection) => connection.call<Created>("create_system_prompt", args));
}

interface Asker {
  /** Who asks: the owner of the prompt, or an admin where it is public. */
  ownerId: string;
  isAdmin: boolean;
  /** For the record that is kept of what an admin does to another's prompt. */
  requestId: string;
  systemPromptId: string;
  expectedVersion: number | undefined;
}

export interface SystemPromptChange extends Asker {
  name?: string | undefined;
  content?: string | undefined;
  visibility?: "private" | "public" | undefined;
  isDefault?: boolean | undefined;
}

export type PromptRefusal = "not_found" | "forbidden" | "stale";

/** The changed prompt, or why it was not changed. One round trip, one transaction. */
export async function updateSystemPrompt(
  database: Database,
  change: SystemPromptChange,
): Promise<SystemPromptRow | PromptRefusal> {
  const answer = await database.run((connection) =>
    connection.call<{ outcome: "updated" | PromptRefusal; systemPrompt: JsonRow }>(
      "update_system_prompt",
      change,
    ),
  );
  return answer.outcome === "updated" ? fromJson(systemPromptFields, answer.systemPrompt) : answer.outcome;
}

/** Deletes a prompt for good; conversations and replies keep their copies of its text. */
export async function deleteSystemPrompt(
  database: Database,
  asker: Asker,
): Promise<"deleted" | PromptRefusal> {
  const answer = await database.run((connection) =>
    connection.call<{ outcome: "deleted" | PromptRefusal }>("delete_system_prompt", asker),
  );
  return answer.outcome;
}
