import { sql } from "drizzle-orm";
import type { Database } from "./database.ts";

/** A note that a search of the model's found; `content` is an excerpt around the words where the note is long. */
export interface FoundNote {
  id: string;
  title: string | null;
  tags: string[];
  content: string;
  isCut: boolean;
}

/** Characters up to which a note is given whole. */
const wholeNote = sql.raw("2000");

/**
 * The owner's notes that have any of the words of `query` (or words that begin with one), those with the most
 * first, and without words the newest; none of `without`. The words are never read as search syntax.
 */
export async function searchNotes(
  database: Database,
  ownerId: string,
  { query, without, limit }: { query: string; without: readonly string[]; limit: number },
): Promise<FoundNote[]> {
  // The parser gives quoted words joined by `&`: any of them will do, and each may go on.
  const search = sql`with asked as (
      select nullif(replace(plainto_tsquery('simple', hide_signs(${query}::text))::text, ''' & ''', ''':* | '''), '') as words),
    wanted as (select (words || ':*')::tsquery as words from asked),
    best as (
      select notes.id, notes.title, notes.tags, notes.content, notes.created_at, wanted.words,
        ts_rank(notes.words, wanted.words) as rank
      from notes, wanted
      where notes.owner_id = ${ownerId} and (wanted.words is null or notes.words @@ wanted.words)
        and not ${JSON.stringify(without)}::text::jsonb ? notes.id
      order by rank desc, notes.created_at desc, notes.id limit ${limit}::integer)
    select id, title, tags, case
        when length(content) <= ${wholeNote} then content
        when words is null then left(content, ${wholeNote})
        else headline_of(content, words, 'StartSel="", StopSel="", MaxFragments=4, MaxWords=80,
          MinWords=30, ShortWord=0, FragmentDelimiter=" … "') end as content,
      length(content) > ${wholeNote} as "isCut"
    from best order by rank desc, created_at desc, id`;
  return database.run(({ orm }) => orm.execute<FoundNote & Record<string, unknown>>(search));
}
