CREATE INDEX "replies_unanswered" ON "replies" USING btree ("owner_id","conversation_id","ordinal") WHERE "replies"."finished_at" is not null and "replies"."assistant_message_id" is null;
--> statement-breakpoint
-- Asks for the words of a phrase in whatever order, and leaves out what is not to be there: all that the query finds
-- is found, and more. A query without a phrase stays as it is. Words have no spaces, so that none is an operator.
CREATE FUNCTION without_phrases(p_query tsquery) RETURNS tsquery LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN p_query::text ~ ' <(-|\d+)> ' AND querytree(p_query) <> 'T'
    THEN regexp_replace(querytree(p_query), ' <(-|\d+)> ', ' & ', 'g')::tsquery ELSE p_query END
$$;
--> statement-breakpoint
-- Up to 1 000 of the owner's messages that match, the newest: of all that the index finds, or, where it finds
-- 10 000 and more, of the 2 000 newest messages and of 10 000 others. The index does not know where in a text a word
-- is, so that each text has to be read for a phrase; that is why it is asked for the words alone, and no more texts are
-- read than these. Planned anew for each query, because how often its words occur decides the plan.
CREATE OR REPLACE FUNCTION message_hits(p_owner_id text, p_role text, p_asked tsquery, p_base integer) RETURNS SETOF search_hit
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  loose tsquery := without_phrases(p_asked);
  is_phrase boolean := loose <> p_asked;
  mine tsquery := as_lexeme('@' || p_owner_id)::tsquery && loose;
BEGIN
  RETURN QUERY
  WITH indexed AS MATERIALIZED (
    SELECT have.id, have.conversation_id, have.created_at FROM (
      SELECT m.* FROM messages AS m
      WHERE searchable(m.owner_id, m.content) @@ mine AND m.owner_id = p_owner_id AND m.is_active
        AND NOT m.is_deleted AND (p_role IS NULL OR m.role = p_role)
      LIMIT 10000) AS have
    WHERE NOT is_phrase OR to_tsvector('simple', have.content) @@ p_asked),
  newest AS MATERIALIZED (
    SELECT m.id, m.conversation_id, m.created_at FROM newest_messages(p_owner_id, 2000) AS m
    WHERE (is_phrase OR (SELECT count(*) FROM indexed) = 10000) AND (p_role IS NULL OR m.role = p_role)
      AND to_tsvector('simple', m.content) @@ p_asked),
  candidates AS MATERIALIZED (
    SELECT found.id, found.created_at FROM (SELECT * FROM indexed UNION SELECT * FROM newest) AS found
    JOIN conversations AS c ON c.owner_id = p_owner_id AND c.id = found.conversation_id AND c.deleted_at IS NULL
    ORDER BY found.created_at DESC, found.id DESC LIMIT 1000)
  SELECT candidates.id, hit_score(p_base,
    -- Where a word is far into a long text, it says little about it.
    ts_rank(to_tsvector('simple', left(m.content, 4000)), p_asked, 1 | 32), candidates.created_at)
  FROM candidates JOIN messages AS m ON m.owner_id = p_owner_id AND m.id = candidates.id;
END $$;
--> statement-breakpoint
-- The owner's newest texts: their words may not be remembered yet, and they tell which words are frequent.
CREATE FUNCTION recent_texts(p_owner_id text) RETURNS tsvector[] LANGUAGE sql STABLE AS $$
  SELECT ARRAY(SELECT to_tsvector('simple', left(m.content, 4000)) FROM newest_messages(p_owner_id, 300) AS m
    UNION ALL (SELECT words FROM notes WHERE owner_id = p_owner_id ORDER BY created_at DESC LIMIT 100))
$$;
--> statement-breakpoint
DROP FUNCTION similar_queries;
--> statement-breakpoint
DROP FUNCTION recent_words;
--> statement-breakpoint
-- For each word of a text a query for it, for what begins with it and for the owner's similar words; at most 8, the
-- longest first, which are the rarest. Short ones stand for themselves, unless a letter is a word of its language, and
-- so do those that every sixth recent text has: what begins like them is half of all there is. `rare` are the others.
CREATE FUNCTION similar_queries(p_owner_id text, p_text text, OUT every tsquery[], OUT rare tsquery[])
LANGUAGE plpgsql STABLE AS $$
DECLARE
  texts tsvector[] := recent_texts(p_owner_id);
  recent text[] := ARRAY(SELECT DISTINCT w FROM unnest(texts) AS t CROSS JOIN searchable_words(t) AS w);
BEGIN
  SELECT coalesce(array_agg(q.query ORDER BY q.ordinal), '{}'),
    coalesce(array_agg(q.query ORDER BY q.ordinal) FILTER (WHERE NOT q.is_frequent), '{}')
  INTO every, rare FROM (
    SELECT words.ordinal, words.is_frequent, CASE WHEN octet_length(w) < 3 OR words.is_frequent THEN as_lexeme(w)::tsquery
      ELSE (as_lexeme(w) || ':*' || coalesce((SELECT string_agg(' | ' || as_lexeme(s), '')
        FROM similar_words(p_owner_id, w, recent) AS s), ''))::tsquery END AS query
    FROM (SELECT w, ordinal, (SELECT count(*) >= 50 FROM unnest(texts) AS t WHERE t @@ as_lexeme(w)::tsquery) AS is_frequent
      FROM (SELECT w, row_number() OVER (ORDER BY char_length(w) DESC, w) AS ordinal
        FROM unnest(tsvector_to_array(to_tsvector('simple', p_text))) AS w) AS ordered
      WHERE ordinal <= 8) AS words) AS q;
END $$;
--> statement-breakpoint
-- The queries that a search asks one after the other, and the messages it finds. Fragments and typos are looked
-- for only where whole words find little, and never for a query with operators, which means what it says.
CREATE OR REPLACE FUNCTION find_messages(p_owner_id text, p_role text, p_q text, OUT hits search_hit[], OUT marks tsquery)
LANGUAGE plpgsql STABLE AS $$
DECLARE
  asked tsquery := websearch_to_tsquery('simple', p_q);
  fuzzy tsquery;
BEGIN
  hits := ARRAY(SELECT h FROM message_hits(p_owner_id, p_role, asked, 100000) AS h WHERE numnode(asked) > 0);
  marks := asked;
  IF cardinality(hits) < 20 AND strpos(p_q, '"') = 0 AND asked = plainto_tsquery('simple', p_q) THEN
    fuzzy := join_queries((similar_queries(p_owner_id, p_q)).every, true);
    IF fuzzy IS NOT NULL THEN
      marks := asked || fuzzy;
      hits := hits || ARRAY(SELECT h FROM message_hits(p_owner_id, p_role, fuzzy, 0) AS h
        WHERE h.id NOT IN (SELECT e.id FROM unnest(hits) AS e));
    END IF;
    IF cardinality(hits) = 0 THEN
      hits := ARRAY(SELECT h FROM literal_hits(p_owner_id, p_role, p_q) AS h);
    END IF;
  END IF;
END $$;
--> statement-breakpoint
-- The k of the owner's messages that have the most of a text's words, or similar ones, with scores from 0 to 1.
-- Arguments: ownerId, q, k. Those that share frequent words only are looked for among the newest.
CREATE OR REPLACE FUNCTION lexically_similar_messages(p jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
  owner text := p->>'ownerId';
  asked record := similar_queries(p->>'ownerId', p->>'q');
  any_of tsquery := join_queries(asked.every, false);
BEGIN
  IF any_of IS NULL THEN
    RETURN '[]';
  END IF;
  RETURN (WITH hits AS (
      SELECT DISTINCT ON (h.id) h.id, h.score FROM (
        SELECT * FROM message_hits(owner, NULL, join_queries(asked.every, true), 200000)
        UNION ALL SELECT * FROM message_hits(owner, NULL, join_queries(asked.rare, false), 100000)
        UNION ALL SELECT m.id, hit_score(0, ts_rank(t.words, any_of, 1 | 32), m.created_at)
          FROM newest_messages(owner, 2000) AS m
          CROSS JOIN LATERAL (SELECT to_tsvector('simple', left(m.content, 4000)) AS words OFFSET 0) AS t
          WHERE cardinality(asked.rare) < cardinality(asked.every) AND t.words @@ any_of) AS h
      ORDER BY h.id, h.score DESC),
    best AS (SELECT * FROM hits ORDER BY score DESC, id DESC LIMIT 200),
    scored AS (
      SELECT best.id, round((0.9 * (SELECT count(*) FROM unnest(asked.every) AS w WHERE t.words @@ w)
        / cardinality(asked.every) + 0.1 * ts_rank(t.words, any_of, 1 | 32))::numeric, 4) AS score
      FROM best JOIN messages AS m ON m.owner_id = owner AND m.id = best.id
      CROSS JOIN LATERAL (SELECT to_tsvector('simple', m.content) AS words OFFSET 0) AS t
      ORDER BY score DESC, best.score DESC, best.id DESC LIMIT (p->>'k')::integer)
    SELECT coalesce(jsonb_agg(jsonb_build_object('message', to_jsonb(m), 'score', scored.score)
      ORDER BY scored.score DESC, m.created_at DESC, m.id DESC), '[]')
    FROM scored JOIN messages AS m ON m.owner_id = owner AND m.id = scored.id);
END $$;
--> statement-breakpoint
-- The same of the owner's notes.
CREATE OR REPLACE FUNCTION lexically_similar_notes(p jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
  asked tsquery[] := (similar_queries(p->>'ownerId', p->>'q')).every;
  any_of tsquery := join_queries(asked, false);
BEGIN
  IF any_of IS NULL THEN
    RETURN '[]';
  END IF;
  RETURN (WITH scored AS (
      SELECT n.id, round((0.9 * (SELECT count(*) FROM unnest(asked) AS w WHERE n.words @@ w) / cardinality(asked)
        + 0.1 * ts_rank(n.words, any_of, 1 | 32))::numeric, 4) AS score, n.created_at
      FROM (SELECT * FROM notes WHERE owner_id = p->>'ownerId' AND words @@ any_of
        ORDER BY created_at DESC, id DESC LIMIT 1000) AS n
      ORDER BY score DESC, n.created_at DESC, n.id DESC LIMIT (p->>'k')::integer)
    SELECT coalesce(jsonb_agg(jsonb_build_object('note', to_jsonb(n) - 'words', 'score', scored.score)
      ORDER BY scored.score DESC, n.created_at DESC, n.id DESC), '[]')
    FROM scored JOIN notes AS n ON n.owner_id = p->>'ownerId' AND n.id = scored.id);
END $$;
