import { changeShape } from "./change-shape.ts";
import { countRows } from "./count-rows.ts";
import type { Database } from "./database.ts";
import type { Created } from "./idempotency-keys.ts";
import { type PageOf, pageShape, pageValues } from "./keyset.ts";
import type { notes } from "./schema/notes.ts";
import * as statements from "./statements/notes.ts";

export type NoteRow = Omit<typeof notes.$inferSelect, "words">;

/** A note of this owner, or undefined. One round trip. */
export async function getNote(
  database: Database,
  ownerId: string,
  noteId: string,
): Promise<NoteRow | undefined> {
  const [row] = await database.run(({ rows }) => rows(statements.get, { ownerId, noteId }));
  return row;
}

export interface NoteFilter {
  q?: string | undefined;
  tag?: string | undefined;
  /** Only those pinned to this conversation. */
  pinnedTo?: string | undefined;
}

function filterShape({ q, tag, pinnedTo }: NoteFilter): statements.NoteFilterShape {
  return { q: q !== undefined, tag: tag !== undefined, pinnedTo: pinnedTo !== undefined };
}

export type NotePage = NoteFilter & PageOf<string>;

/** Up to `limit` notes by time of creation; `sortKey` is that with its microseconds. */
export async function listNotes(
  database: Database,
  ownerId: string,
  page: NotePage,
): Promise<(NoteRow & { sortKey: string })[]> {
  const statement = statements.list({ page: pageShape(page), filter: filterShape(page) });
  const { q, tag, pinnedTo } = page;
  return database.run(({ rows }) => rows(statement, { ownerId, q, tag, pinnedTo, ...pageValues(page) }));
}

/** How many notes match. */
export async function countNotes(database: Database, ownerId: string, filter: NoteFilter): Promise<number> {
  return countRows(database, statements.count(filterShape(filter)), { ownerId, ...filter });
}

export interface NewNote {
  ownerId: string;
  noteId: string;
  title?: string | null | undefined;
  content: string;
  tags?: readonly string[] | undefined;
  idempotencyKey?: string | undefined;
  idempotencyFingerprint?: string | undefined;
}

/** Saves a note, or finds what the same request made before. One round trip, one transaction. */
export async function createNote(database: Database, args: NewNote): Promise<Created> {
  return database.run((connection) => connection.call<Created>("create_note", args));
}

export interface NoteChange {
  title?: string | null | undefined;
  content?: string | undefined;
  tags?: string[] | undefined;
}

/** The changed note; undefined when there is none, or none of `expectedVersion`. */
export async function updateNote(
  database: Database,
  ownerId: string,
  noteId: string,
  change: NoteChange,
  expectedVersion: number | undefined,
): Promise<NoteRow | undefined> {
  const statement = statements.update(changeShape(change, expectedVersion));
  const values = { ownerId, noteId, ...change, expectedVersion };
  const [row] = await database.run(({ rows }) => rows(statement, values));
  return row;
}

/** Deletes a note for good and unpins it; false when there is none, or none of `expectedVersion`. */
export async function deleteNote(
  database: Database,
  ownerId: string,
  noteId: string,
  expectedVersion: number | undefined,
): Promise<boolean> {
  const statement = statements.remove({ isVersioned: expectedVersion !== undefined });
  const removed = await database.run(({ rows }) => rows(statement, { ownerId, noteId, expectedVersion }));
  return removed.length > 0;
}

/** Notes that can be pinned to one conversation. */
export const mostPinnedNotes = 50;

interface Pin {
  ownerId: string;
  conversationId: string;
  noteId: string;
}

/** Pins a note to a conversation of the same owner; repeating it changes nothing. */
export async function pinNote(database: Database, pin: Pin): Promise<"pinned" | "not_found" | "too_many"> {
  const answer = await database.run((connection) =>
    connection.call<{ outcome: "pinned" | "not_found" | "too_many" }>("pin_note", {
      ...pin,
      most: mostPinnedNotes,
    }),
  );
  return answer.outcome;
}

/** Unpins a note; repeating it changes nothing. */
export async function unpinNote(database: Database, pin: Pin): Promise<"unpinned" | "not_found"> {
  const answer = await database.run((connection) =>
    connection.call<{ outcome: "unpinned" | "not_found" }>("unpin_note", pin),
  );
  return answer.outcome;
}
