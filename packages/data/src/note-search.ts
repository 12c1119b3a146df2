import { sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { excerptOf } from "./snippet.ts";

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

type FoundRow = Omit<FoundNote, "isCut"> & { words: string[] } & Record<string, unknown>;

/**
 * The owner's notes that have any of the words of `query` (or words that begin with one), those with the most
 * first, and without words the newest; none of `without`. The words are never read as search syntax. The 16 longest
 * words are compared, with the newest 10 MB of notes.
 */
export async function searchNotes(
  database: Database,
  ownerId: string,
  { query, without, limit }: { query: string; without: readonly string[]; limit: number },
): Promise<FoundNote[]> {
  const search = sql`with asked as (
      select coalesce(jsonb_agg(word), '[]') as words, string_agg(as_lexeme(word) || ':*', ' | ')::tsquery as wanted
      from (select word from unnest(tsvector_to_array(words_of(${query}::text))) as word
        order by char_length(word) desc, word limit 16) as longest)
    select note.id, note.title, note.tags, note.content, asked.words
    from newest_notes(${ownerId}, 5000, 250000, 10000000) as note, asked
    where (asked.wanted is null or note.words @@ asked.wanted)
      and not ${JSON.stringify(without)}::text::jsonb ? note.id
    order by ts_rank(note.words, asked.wanted) desc, note.created_at desc, note.id limit ${limit}::integer`;
  const found = await database.run(({ orm }) => orm.execute<FoundRow>(search));
  return found.map(({ words, content, ...note }) => {
    const isCut = content.length > wholeNote;
    const beginning = (text: string) => words.find((word) => text.startsWith(word));
    const excerpt = isCut
      ? excerptOf(content, beginning, 4, 80) || content.slice(0, wholeNote).toWellFormed()
      : content;
    return { ...note, content: excerpt, isCut };
  });
}
