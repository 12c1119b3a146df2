import { getTableColumns, getTableName, is } from "drizzle-orm";
import { type PgColumn, PgDateString, type PgTable } from "drizzle-orm/pg-core";
import { apiKeys } from "./schema/api-keys.ts";
import { connections } from "./schema/connections.ts";
import { conversations } from "./schema/conversations.ts";
import { idempotencyKeys } from "./schema/idempotency-keys.ts";
import { messages, messageVersions } from "./schema/messages.ts";
import { conversationNotes, notes } from "./schema/notes.ts";
import { replies } from "./schema/replies.ts";
import { spentIds } from "./schema/spent-ids.ts";
import { systemPrompts } from "./schema/system-prompts.ts";
import { tokenLedger } from "./schema/tokens.ts";
import { usageDays } from "./schema/usage-days.ts";
import { users } from "./schema/users.ts";

/** How the rows of a table are read for their owner, in the order of a key that is unique for that owner. */
export interface ExportedTable {
  readonly name: string;
  readonly table: PgTable;
  readonly owner: PgColumn;
  readonly key: readonly PgColumn[];
  /** What the owner is given of a row: all of it but what would let others in, or is worked out from the rest. */
  readonly columns: Record<string, PgColumn>;
}

function exported(
  table: PgTable & { ownerId: PgColumn },
  key: readonly PgColumn[],
  omitted: readonly PgColumn[] = [],
): ExportedTable {
  const columns = Object.entries(getTableColumns(table)).filter(([, column]) => !omitted.includes(column));
  return {
    name: getTableName(table),
    table,
    owner: table.ownerId,
    key,
    columns: Object.fromEntries(columns),
  };
}

const { deletion: _deletion, pollWaits: _pollWaits, ...profile } = getTableColumns(users);

/** Everything that belongs to a user: what an export holds, the profile first. */
export const exportedTables: readonly ExportedTable[] = [
  { name: getTableName(users), table: users, owner: users.id, key: [users.id], columns: profile },
  exported(conversations, [conversations.id]),
  exported(messages, [messages.id]),
  exported(messageVersions, [messageVersions.messageId, messageVersions.version]),
  exported(replies, [replies.id]),
  exported(notes, [notes.id], [notes.words]),
  exported(conversationNotes, [conversationNotes.conversationId, conversationNotes.noteId]),
  exported(systemPrompts, [systemPrompts.id]),
  exported(tokenLedger, [tokenLedger.ordinal]),
  exported(usageDays, [usageDays.day, usageDays.model]),
  exported(apiKeys, [apiKeys.id], [apiKeys.hash, apiKeys.lookup]),
  exported(connections, [connections.id], [connections.apiKeyHash]),
  exported(idempotencyKeys, [idempotencyKeys.kind, idempotencyKeys.key]),
  exported(spentIds, [spentIds.kind, spentIds.id]),
];

function isDay(text: string): boolean {
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().slice(0, 10) === text && !text.startsWith("0000");
}

/** Says whether a row of the table of that name can have the key; the empty one stands for the table's beginning. */
export function isExportKey(name: string, key: readonly (string | number)[]): boolean {
  const table = exportedTables.find((each) => each.name === name);
  if (table === undefined) return false;
  if (key.length === 0) return true;
  const fits = (column: PgColumn, part: string | number | undefined) =>
    column.dataType === typeof part && (!is(column, PgDateString) || isDay(String(part)));
  return key.length === table.key.length && table.key.every((column, place) => fits(column, key[place]));
}

/** Worked out from what an export holds, in tables of the database's own making; some servers lack them. */
export const derivedTables = ["message_embeddings", "note_embeddings", "search_words"] as const;

/** The order in which an account is erased: whatever refers to something goes before it. */
export const erasedTables = [
  ...derivedTables,
  "connections",
  "idempotency_keys",
  "api_keys",
  "message_versions",
  "conversation_notes",
  "replies",
  "messages",
  "conversations",
  "notes",
  "system_prompts",
  "spent_ids",
  "usage_days",
  "token_ledger",
] as const;

export type ErasedTable = (typeof erasedTables)[number];
