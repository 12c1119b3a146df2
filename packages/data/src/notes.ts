import { and, eq, or, type SQL, sql } from "drizzle-orm";
import { countRows } from "./count-rows.ts";
import type { Database } from "./database.ts";
import { type Created, type IdempotentRequest, rememberRequest } from "./idempotency-keys.ts";
import { behindInstant, contains, exactInstant, inOrder, type PageOf, pageLimit } from "./keyset.ts";
import { prepared } from "./prepared.ts";
import { conversationNotes, notes } from "./schema/notes.ts";
import { withinLimits } from "./storage.ts";

export type NoteRow = Omit<typeof notes.$inferSelect, "words">;

// Without the search index's column, which is for the database alone.
const columns = {
  id: notes.id,
  ownerId: notes.ownerId,
  title: notes.title,
  content: notes.content,
  tags: notes.tags,
  version: notes.version,
  createdAt: notes.createdAt,
  updatedAt: notes.updatedAt,
};

const noteQuery = prepared((orm) =>
  orm
    .select(columns)
    .from(notes)
    .where(and(eq(notes.ownerId, sql.placeholder("ownerId")), eq(notes.id, sql.placeholder("noteId"))))
    .prepare("get_note"),
);

/** A note of this owner, or undefined. One round trip. */
export async function getNote(
  database: Database,
  ownerId: string,
  noteId: string,
): Promise<NoteRow | undefined> {
  const [row] = await database.run(({ orm }) => noteQuery(orm).execute({ ownerId, noteId }));
  return row;
}

export interface NoteFilter {
  q?: string | undefined;
  tag?: string | undefined;
  /** Only those pinned to this conversation. */
  pinnedTo?: string | undefined;
}

function matching(ownerId: string, { q, tag, pinnedTo }: NoteFilter): SQL | undefined {
  return and(
    eq(notes.ownerId, ownerId),
    // However its accents are encoded.
    tag === undefined
      ? undefined
      : sql`exists (select from jsonb_array_elements_text(${notes.tags}) as tag
          where normalize(tag) = normalize(${tag}::text))`,
    q === undefined ? undefined : or(contains(notes.title, q), contains(notes.content, q)),
    pinnedTo === undefined
      ? undefined
      : sql`exists (select from ${conversationNotes} as pin where pin.owner_id = ${notes.ownerId}
          and pin.note_id = ${notes.id} and pin.conversation_id = ${pinnedTo})`,
  );
}

export type NotePage = NoteFilter & PageOf<string>;

/** Up to `limit` notes by time of creation; `sortKey` is that with its microseconds. */
export async function listNotes(
  database: Database,
  ownerId: string,
  page: NotePage,
): Promise<(NoteRow & { sortKey: string })[]> {
  const direction = inOrder(page);
  return database.run(({ orm }) =>
    orm
      .select({ ...columns, sortKey: exactInstant(notes.createdAt).as("sort_key") })
      .from(notes)
      .where(and(matching(ownerId, page), behindInstant(notes.createdAt, notes.id, page)))
      .orderBy(direction(notes.createdAt), direction(notes.id))
      .limit(pageLimit(page))
      .prepare("list_notes")
      .execute(),
  );
}

/** How many notes match. */
export async function countNotes(database: Database, ownerId: string, filter: NoteFilter): Promise<number> {
  return database.run(({ orm }) => countRows(orm, notes, matching(ownerId, filter)));
}

export interface NewNote extends IdempotentRequest {
  ownerId: string;
  noteId: string;
  title?: string | null | undefined;
  content: string;
  tags?: readonly string[] | undefined;
}

/** Saves a note, or finds what the same request made before. */
export async function createNote(database: Database, args: NewNote): Promise<Created> {
  const { ownerId, noteId, title, content, tags = [] } = args;
  const requested = { ownerId, kind: "note", resourceId: noteId } as const;
  return database.run(({ orm }) =>
    orm.transaction(async (transaction): Promise<Created> => {
      const earlier = await rememberRequest(transaction, requested, args);
      if (earlier !== undefined) return earlier;
      const [created] = await withinLimits(transaction, ownerId, () =>
        transaction
          .insert(notes)
          .values({ id: noteId, ownerId, title, content, tags: [...tags] })
          .returning({ id: notes.id, createdAt: notes.createdAt }),
      );
      return { outcome: "created", ...(created as NonNullable<typeof created>) };
    }),
  );
}

export interface NoteChange {
  title?: string | null | undefined;
  content?: string | undefined;
  tags?: string[] | undefined;
}

function ofVersion(ownerId: string, noteId: string, expectedVersion: number | undefined): SQL | undefined {
  return and(
    eq(notes.ownerId, ownerId),
    eq(notes.id, noteId),
    expectedVersion === undefined ? undefined : eq(notes.version, expectedVersion),
  );
}

/** The changed note; undefined when there is none, or none of `expectedVersion`. */
export async function updateNote(
  database: Database,
  ownerId: string,
  noteId: string,
  change: NoteChange,
  expectedVersion: number | undefined,
): Promise<NoteRow | undefined> {
  const [row] = await database.run(({ orm }) =>
    orm.transaction((transaction) =>
      withinLimits(transaction, ownerId, () =>
        transaction
          .update(notes)
          .set({ ...change, version: sql`${notes.version} + 1`, updatedAt: sql`now()` })
          .where(ofVersion(ownerId, noteId, expectedVersion))
          .returning(columns),
      ),
    ),
  );
  return row;
}

/** Deletes a note for good and unpins it; false when there is none, or none of `expectedVersion`. */
export async function deleteNote(
  database: Database,
  ownerId: string,
  noteId: string,
  expectedVersion: number | undefined,
): Promise<boolean> {
  const removed = await database.run(({ orm }) =>
    orm
      .delete(notes)
      .where(ofVersion(ownerId, noteId, expectedVersion))
      .returning({ id: notes.id })
      .prepare("delete_note")
      .execute(),
  );
  return removed.length > 0;
}
