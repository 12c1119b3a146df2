-- Numbers alone are left out: there are too many, and nobody misspells them.
CREATE OR REPLACE FUNCTION searchable_words(p_words tsvector) RETURNS SETOF text LANGUAGE sql IMMUTABLE AS $$
  SELECT word FROM unnest(tsvector_to_array(p_words)) AS word
  WHERE char_length(word) BETWEEN 3 AND 100 AND ltrim(word, '0123456789.,:;+-/%') <> ''
$$;

-- Remembers the words of the next messages, and of edits made meanwhile. Arguments: limit, lagSeconds (a commit may
-- come that much later than the time it bears). Answers how many messages there were: fewer than the limit when none
-- are left, or when these hold 250 KB. An owner has 50 000 words at most, which bounds what a search compares.
CREATE OR REPLACE FUNCTION remember_words(p jsonb) RETURNS jsonb LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  last search_progress;
  until timestamptz := now() - make_interval(secs => (p->>'lagSeconds')::double precision);
  fresh messages[];
BEGIN
  SELECT * INTO last FROM search_progress WHERE id = 'words' FOR UPDATE;
  fresh := ARRAY(SELECT page.message FROM (
      SELECT message, sum(octet_length(message.content)) OVER (ORDER BY message.created_at, message.owner_id, message.id)
        - octet_length(message.content) AS bytes_before
      FROM messages AS message
      WHERE message.created_at >= last.message_created_at AND message.created_at <= until
        AND (message.created_at, message.owner_id, message.id) > (last.message_created_at, last.owner_id, last.message_id)
      ORDER BY message.created_at, message.owner_id, message.id LIMIT (p->>'limit')::integer) AS page
    WHERE page.bytes_before < 250000
    ORDER BY (page.message).created_at, (page.message).owner_id, (page.message).id);
  IF cardinality(fresh) > 0 THEN
    until := fresh[cardinality(fresh)].created_at;
  END IF;
  INSERT INTO search_words (owner_id, word)
  WITH texts AS MATERIALIZED (
    SELECT message.owner_id, message.content FROM unnest(fresh) AS message
    UNION ALL SELECT message.owner_id, message.content FROM message_versions AS version
      JOIN messages AS message ON message.owner_id = version.owner_id AND message.id = version.message_id
      WHERE version.created_at > last.message_created_at AND version.created_at <= until),
  counted AS MATERIALIZED (
    SELECT owners.owner_id, (SELECT count(*) FROM search_words AS known WHERE known.owner_id = owners.owner_id) AS present
    FROM (SELECT DISTINCT owner_id FROM texts) AS owners),
  found AS MATERIALIZED (
    SELECT distinct_words.owner_id, distinct_words.word,
      row_number() OVER (PARTITION BY distinct_words.owner_id ORDER BY distinct_words.word) AS place
    FROM (SELECT DISTINCT texts.owner_id, word COLLATE "C" AS word
      FROM texts CROSS JOIN searchable_words(words_of(texts.content)) AS word) AS distinct_words)
  SELECT found.owner_id, found.word FROM found JOIN counted ON counted.owner_id = found.owner_id
  WHERE counted.present + found.place <= 50000
  ORDER BY 1, 2 ON CONFLICT DO NOTHING;
  UPDATE search_progress SET message_created_at = fresh[cardinality(fresh)].created_at,
    owner_id = fresh[cardinality(fresh)].owner_id, message_id = fresh[cardinality(fresh)].id, updated_at = now()
  WHERE id = 'words' AND cardinality(fresh) > 0;
  RETURN jsonb_build_object('messages', cardinality(fresh));
END $$;

-- The owner's words that begin with this one, contain it or, where the server can compare trigrams, resemble it: of the
-- remembered ones, which a null owner leaves out, and of `p_recent`. Postgres reads the operators of an extension only
-- when it comes to them, so that it need not be there.
CREATE OR REPLACE FUNCTION similar_words(p_owner_id text, p_word text, p_recent text[]) RETURNS SETOF text
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan AS $$
BEGIN
  IF EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') THEN
    RETURN QUERY SELECT found.word FROM (
      SELECT known.word FROM search_words AS known
      WHERE known.owner_id = p_owner_id AND (known.word % p_word OR known.word LIKE as_fragment(p_word))
      UNION SELECT word FROM unnest(p_recent) AS word WHERE word % p_word OR word LIKE as_fragment(p_word)) AS found
    ORDER BY starts_with(found.word, p_word) DESC, found.word LIKE as_fragment(p_word) DESC,
      similarity(found.word, p_word) DESC, found.word LIMIT 40;
  ELSE
    RETURN QUERY SELECT found.word FROM (
      SELECT known.word FROM search_words AS known WHERE known.owner_id = p_owner_id AND known.word LIKE as_fragment(p_word)
      UNION SELECT word FROM unnest(p_recent) AS word WHERE word LIKE as_fragment(p_word)) AS found
    ORDER BY starts_with(found.word, p_word) DESC, char_length(found.word), found.word LIMIT 40;
  END IF;
END $$;

-- The owner's newest texts of a kind, message or note, 200 KB of them: their words may not be remembered yet, and they
-- tell which words are frequent.
CREATE OR REPLACE FUNCTION recent_texts(p_owner_id text, p_kind text) RETURNS tsvector[] LANGUAGE sql STABLE AS $$
  SELECT CASE p_kind
    WHEN 'message' THEN ARRAY(SELECT words_of(left(message.content, 4000))
      FROM newest_messages(p_owner_id, 300, 4000, 200000) AS message)
    ELSE ARRAY(SELECT words_of(left(concat_ws(' ', note.title, note.content), 4000))
      FROM newest_notes(p_owner_id, 300, 4000, 200000) AS note) END
$$;

-- As newest_messages.
CREATE OR REPLACE FUNCTION newest_notes(p_owner_id text, p_limit integer, p_each integer, p_bytes integer)
RETURNS SETOF notes LANGUAGE sql STABLE AS $$
  SELECT (counted.note).* FROM (
    SELECT note, row_number() OVER newest AS place,
      sum(least(octet_length(note.content), p_each)) OVER newest AS bytes
    FROM (SELECT * FROM notes WHERE owner_id = p_owner_id ORDER BY created_at DESC, id DESC LIMIT p_limit) AS note
    WINDOW newest AS (ORDER BY note.created_at DESC, note.id DESC ROWS UNBOUNDED PRECEDING)) AS counted
  WHERE counted.bytes <= p_bytes OR counted.place = 1
$$;

-- For each word of a text a query for it and for the owner's similar words in texts of that kind; at most 8, the longest
-- first, which are the rarest. Short ones stand for themselves, unless a letter is a word of its language, and so do
-- those that every sixth recent text has: what begins like them is half of all there is. `rare` are the others.
CREATE OR REPLACE FUNCTION similar_queries(p_owner_id text, p_kind text, p_text text, OUT every tsquery[], OUT rare tsquery[])
LANGUAGE plpgsql STABLE AS $$
DECLARE
  texts tsvector[] := recent_texts(p_owner_id, p_kind);
  recent text[] := ARRAY(SELECT DISTINCT word FROM unnest(texts) AS text CROSS JOIN searchable_words(text) AS word LIMIT 5000);
BEGIN
  SELECT coalesce(array_agg(made.query ORDER BY made.ordinal), '{}'),
    coalesce(array_agg(made.query ORDER BY made.ordinal) FILTER (WHERE NOT made.is_frequent), '{}')
  INTO every, rare FROM (
    SELECT words.ordinal, words.is_frequent, CASE WHEN octet_length(word) < 3 OR words.is_frequent THEN as_lexeme(word)::tsquery
      ELSE (as_lexeme(word) || coalesce((SELECT string_agg(' | ' || as_lexeme(known), '')
        FROM similar_words(CASE p_kind WHEN 'message' THEN p_owner_id END, word, recent) AS known), ''))::tsquery END AS query
    FROM (SELECT word, ordinal, (SELECT count(*) >= 50 FROM unnest(texts) AS text WHERE text @@ as_lexeme(word)::tsquery) AS is_frequent
      FROM (SELECT word, row_number() OVER (ORDER BY char_length(word) DESC, word) AS ordinal
        FROM unnest(tsvector_to_array(words_of(p_text))) AS word) AS ordered
      WHERE ordinal <= 8) AS words) AS made;
END $$;
