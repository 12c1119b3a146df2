import { and, asc, desc, eq, or, type SQL, sql } from "drizzle-orm";
import type { ChangeShape } from "../change-shape.ts";
import { behindPageByInstant, contains, exactInstant, pageLimit, usualPages } from "../drizzle/keyset.ts";
import { counting, db, given, statement, statements } from "../drizzle/statement.ts";
import type { PageShape } from "../keyset.ts";
import { conversationNotes, notes } from "../schema/notes.ts";

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

const ofOwner = eq(notes.ownerId, sql.placeholder("ownerId"));
const theNote = and(ofOwner, eq(notes.id, sql.placeholder("noteId")));

export const get = statement(() => db.select(columns).from(notes).where(theNote));

/** Which filters are given. */
export interface NoteFilterShape {
  q: boolean;
  tag: boolean;
  pinnedTo: boolean;
}

function matching({ q, tag, pinnedTo }: NoteFilterShape): SQL | undefined {
  const words = sql.placeholder("q");
  return and(
    ofOwner,
    tag ? sql`${notes.tags} @> jsonb_build_array(${sql.placeholder("tag")}::text)` : undefined,
    q ? or(contains(notes.title, words), contains(notes.content, words)) : undefined,
    pinnedTo
      ? sql`exists (select from ${conversationNotes} as pin where pin.owner_id = ${notes.ownerId}
          and pin.note_id = ${notes.id} and pin.conversation_id = ${sql.placeholder("pinnedTo")})`
      : undefined,
  );
}

export const list = statements(
  ({ page, filter }: { page: PageShape; filter: NoteFilterShape }) => {
    const direction = page.order === "asc" ? asc : desc;
    return db
      .select({ ...columns, sortKey: exactInstant(notes.createdAt).as("sort_key") })
      .from(notes)
      .where(and(matching(filter), behindPageByInstant(notes.createdAt, notes.id, page)))
      .orderBy(direction(notes.createdAt), direction(notes.id))
      .limit(pageLimit(page));
  },
  usualPages.map((page) => ({ page, filter: { q: false, tag: false, pinnedTo: false } })),
);

export const count = statements((filter: NoteFilterShape) => counting(notes, matching(filter)));

const expected = ({ isVersioned }: { isVersioned: boolean }) =>
  isVersioned ? eq(notes.version, sql.placeholder("expectedVersion")) : undefined;

export const update = statements((shape: ChangeShape) => {
  const query = db
    .update(notes)
    .set({ ...given(shape.changed), version: sql`${notes.version} + 1`, updatedAt: sql`now()` } as object)
    .where(and(theNote, expected(shape)))
    .returning(columns);
  return { query, returned: columns };
});

export const remove = statements((shape: { isVersioned: boolean }) => {
  const returned = { id: notes.id };
  const query = db
    .delete(notes)
    .where(and(theNote, expected(shape)))
    .returning(returned);
  return { query, returned };
});
