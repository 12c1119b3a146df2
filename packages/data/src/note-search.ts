import type { Database } from "./database.ts";
import { textStatement } from "./statement.ts";

/** A note that a search of the model's found; `content` is an excerpt around the words where the note is long. */
export interface FoundNote {
  id: string;
  title: string | null;
  tags: string[];
  content: string;
  isCut: boolean;
}

/** Characters up to which a note is given whole. */
const wholeNote = 2_000;

// The parser gives quoted words joined by `&`: any of them will do, and each may go on.
const search = textStatement<FoundNote>(() => ({
  text: `with asked as (
      select nullif(replace(plainto_tsquery('simple', hide_signs($1::text))::text, ''' & ''', ''':* | '''), '') as words),
    wanted as (select (words || ':*')::tsquery as words from asked),
    best as (
      select notes.id, notes.title, notes.tags, notes.content, notes.created_at, wanted.words,
        ts_rank(notes.words, wanted.words) as rank
      from notes, wanted
      where notes.owner_id = $2 and (wanted.words is null or notes.words @@ wanted.words)
        and not $3::text::jsonb ? notes.id
      order by rank desc, notes.created_at desc, notes.id limit $4::integer)
    select id, title, tags, case
        when length(content) <= ${wholeNote} then content
        when words is null then left(content, ${wholeNote})
        else headline_of(content, words, 'StartSel="", StopSel="", MaxFragments=4, MaxWords=80,
          MinWords=30, ShortWord=0, FragmentDelimiter=" … "') end as content, length(content) > ${wholeNote}
    from best order by rank desc, created_at desc, id`,
  parameters: [{ name: "query" }, { name: "ownerId" }, { name: "without", isJson: true }, { name: "limit" }],
  columns: [{ key: "id" }, { key: "title" }, { key: "tags" }, { key: "content" }, { key: "isCut" }],
}));

/**
 * The owner's notes that have any of the words of `query` (or words that begin with one), those with the most
 * first, and without words the newest; none of `without`. The words are never read as search syntax.
 */
export async function searchNotes(
  database: Database,
  ownerId: string,
  { query, without, limit }: { query: string; without: readonly string[]; limit: number },
): Promise<FoundNote[]> {
  const values = { query, ownerId, without, limit };
  return database.run(({ rows }) => rows(search, values));
}
