-- Numbers alone are left out: there are too many, and nobody misspells them.
CREATE OR REPLACE FUNCTION searchable_words(p_words tsvector) RETURNS SETOF text LANGUAGE sql IMMUTABLE AS $$
  SELECT w FROM unnest(tsvector_to_array(p_words)) AS w
  WHERE char_length(w) BETWEEN 3 AND 100 AND ltrim(w, '0123456789.,:;+-/%') <> ''
$$;

-- Remembers the words of the next messages, and of edits made meanwhile. Arguments: limit, lagSeconds (a commit may
-- come that much later than the time it bears). Answers how many messages there were.
CREATE OR REPLACE FUNCTION remember_words(p jsonb) RETURNS jsonb LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  last search_progress;
  until timestamptz := now() - make_interval(secs => (p->>'lagSeconds')::double precision);
  fresh messages[];
BEGIN
  SELECT * INTO last FROM search_progress WHERE id = 'words' FOR UPDATE;
  fresh := ARRAY(SELECT m FROM messages AS m
    WHERE m.created_at >= last.message_created_at AND m.created_at <= until
      AND (m.created_at, m.owner_id, m.id) > (last.message_created_at, last.owner_id, last.message_id)
    ORDER BY m.created_at, m.owner_id, m.id LIMIT (p->>'limit')::integer);
  IF cardinality(fresh) = (p->>'limit')::integer THEN
    until := fresh[cardinality(fresh)].created_at;
  END IF;
  INSERT INTO search_words (owner_id, word)
  SELECT DISTINCT t.owner_id, w COLLATE "C" FROM (
    SELECT m.owner_id, m.content FROM unnest(fresh) AS m
    UNION ALL SELECT m.owner_id, m.content FROM message_versions AS v
      JOIN messages AS m ON m.owner_id = v.owner_id AND m.id = v.message_id
      WHERE v.created_at > last.message_created_at AND v.created_at <= until) AS t
  CROSS JOIN searchable_words(words_of(t.content)) AS w
  ORDER BY 1, 2 ON CONFLICT DO NOTHING;
  UPDATE search_progress SET message_created_at = fresh[cardinality(fresh)].created_at,
    owner_id = fresh[cardinality(fresh)].owner_id, message_id = fresh[cardinality(fresh)].id, updated_at = now()
  WHERE id = 'words' AND cardinality(fresh) > 0;
  RETURN jsonb_build_object('messages', cardinality(fresh));
END $$;

CREATE OR REPLACE FUNCTION hit_score(p_base integer, p_rank double precision, p_at timestamptz) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$
  SELECT (p_base + least(round(p_rank * 100000), 99999))::bigint * 10000000000 + extract(epoch FROM p_at)::bigint
$$;

-- A word as tsquery writes it, so that nothing in it is read as syntax.
CREATE OR REPLACE FUNCTION as_lexeme(p_word text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT '''' || replace(replace(p_word, '\', '\\'), '''', '''''') || ''''
$$;

-- A pattern of LIKE that is found wherever the text is.
CREATE OR REPLACE FUNCTION as_fragment(p_text text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT '%' || replace(replace(replace(p_text, '\', '\\'), '%', '\%'), '_', '\_') || '%'
$$;

-- The newest active messages of the owner's newest conversations, which no index by time is kept for.
CREATE OR REPLACE FUNCTION newest_messages(p_owner_id text, p_most integer) RETURNS SETOF messages LANGUAGE sql STABLE AS $$
  SELECT m.* FROM (SELECT id FROM conversations WHERE owner_id = p_owner_id AND deleted_at IS NULL
    ORDER BY updated_at DESC, id DESC LIMIT 100) AS c
  CROSS JOIN LATERAL (SELECT * FROM messages WHERE owner_id = p_owner_id AND conversation_id = c.id AND is_active
    ORDER BY position DESC LIMIT p_most) AS m
  WHERE NOT m.is_deleted LIMIT p_most
$$;

-- The owner's words that contain this one, and where the server can compare trigrams, those that resemble it.
-- Postgres reads the operators of an extension only when it comes to them, so that it need not be there.
CREATE OR REPLACE FUNCTION similar_words(p_owner_id text, p_word text, p_recent text[]) RETURNS SETOF text
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan AS $$
BEGIN
  IF EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') THEN
    RETURN QUERY SELECT found.word FROM (
      SELECT s.word FROM search_words AS s
      WHERE s.owner_id = p_owner_id AND (s.word % p_word OR s.word LIKE as_fragment(p_word))
      UNION SELECT w FROM unnest(p_recent) AS w WHERE w % p_word OR w LIKE as_fragment(p_word)) AS found
    ORDER BY found.word LIKE as_fragment(p_word) DESC, similarity(found.word, p_word) DESC, found.word LIMIT 12;
  ELSE
    RETURN QUERY SELECT found.word FROM (
      SELECT s.word FROM search_words AS s WHERE s.owner_id = p_owner_id AND s.word LIKE as_fragment(p_word)
      UNION SELECT w FROM unnest(p_recent) AS w WHERE w LIKE as_fragment(p_word)) AS found
    ORDER BY char_length(found.word), found.word LIMIT 12;
  END IF;
END $$;

-- The owner's newest texts: their words may not be remembered yet, and they tell which words are frequent.
CREATE OR REPLACE FUNCTION recent_texts(p_owner_id text) RETURNS tsvector[] LANGUAGE sql STABLE AS $$
  SELECT ARRAY(SELECT words_of(left(m.content, 4000)) FROM newest_messages(p_owner_id, 300) AS m
    UNION ALL (SELECT words FROM notes WHERE owner_id = p_owner_id ORDER BY created_at DESC LIMIT 100))
$$;

-- For each word of a text a query for it, for what begins with it and for the owner's similar words; at most 8, the
-- longest first, which are the rarest. Short ones stand for themselves, unless a letter is a word of its language, and
-- so do those that every sixth recent text has: what begins like them is half of all there is. `rare` are the others.
CREATE OR REPLACE FUNCTION similar_queries(p_owner_id text, p_text text, OUT every tsquery[], OUT rare tsquery[])
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
        FROM unnest(tsvector_to_array(words_of(p_text))) AS w) AS ordered
      WHERE ordinal <= 8) AS words) AS q;
END $$;

CREATE OR REPLACE FUNCTION join_queries(p_queries tsquery[], p_every boolean) RETURNS tsquery LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  one tsquery;
  joined tsquery;
BEGIN
  FOREACH one IN ARRAY coalesce(p_queries, '{}') LOOP
    joined := CASE WHEN joined IS NULL THEN one WHEN p_every THEN joined && one ELSE joined || one END;
  END LOOP;
  RETURN joined;
END $$;

-- Asks for the words of a phrase in whatever order, and leaves out what is not to be there: all that the query finds
-- is found, and more. A query without a phrase stays as it is. Words have no spaces, so that none is an operator.
CREATE OR REPLACE FUNCTION without_phrases(p_query tsquery) RETURNS tsquery LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN p_query::text ~ ' <(-|\d+)> ' AND querytree(p_query) <> 'T'
    THEN regexp_replace(querytree(p_query), ' <(-|\d+)> ', ' & ', 'g')::tsquery ELSE p_query END
$$;

-- What a person asks for. A sign becomes a comma, which is neither a word nor an operator; with a space in its place,
-- `a -> b` would leave out what has b. What is to be left out stays together: `-Vec<String>` wants no String.
-- Nor is `https://` among the words of a text, but what reads queries takes `https` for one, as it ends a word at `:`.
CREATE OR REPLACE FUNCTION query_of(p_q text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN websearch_to_tsquery('simple'::regconfig, regexp_replace(
  regexp_replace(p_q, '(^|\s)-(?=[<\w])([^\s"]*([<>&]|://)[^\s"]*)', '\1-"\2"', 'g'),
  '<[-/!]*|[>&]-*|\w+://', ' , ', 'g'));

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
    WHERE NOT is_phrase OR words_of(have.content) @@ p_asked),
  newest AS MATERIALIZED (
    SELECT m.id, m.conversation_id, m.created_at FROM newest_messages(p_owner_id, 2000) AS m
    WHERE (is_phrase OR (SELECT count(*) FROM indexed) = 10000) AND (p_role IS NULL OR m.role = p_role)
      AND words_of(m.content) @@ p_asked),
  candidates AS MATERIALIZED (
    SELECT found.id, found.created_at FROM (SELECT * FROM indexed UNION SELECT * FROM newest) AS found
    JOIN conversations AS c ON c.owner_id = p_owner_id AND c.id = found.conversation_id AND c.deleted_at IS NULL
    ORDER BY found.created_at DESC, found.id DESC LIMIT 1000)
  SELECT candidates.id, hit_score(p_base,
    -- Where a word is far into a long text, it says little about it.
    ts_rank(words_of(left(m.content, 4000)), p_asked, 1 | 32), candidates.created_at)
  FROM candidates JOIN messages AS m ON m.owner_id = p_owner_id AND m.id = candidates.id;
END $$;

-- Text that has no words, or parts of words that are no fragments: looked for in the newest messages only.
CREATE OR REPLACE FUNCTION literal_hits(p_owner_id text, p_role text, p_text text) RETURNS SETOF search_hit LANGUAGE sql STABLE AS $$
  SELECT m.id, hit_score(0, 0, m.created_at) FROM newest_messages(p_owner_id, 2000) AS m
  WHERE (p_role IS NULL OR m.role = p_role) AND strpos(lower(m.content), lower(p_text)) > 0
$$;

-- The part of a text around what a query matches, signs included.
CREATE OR REPLACE FUNCTION headline_of(p_text text, p_asked tsquery, p_options text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  -- A text's own characters of that kind, which nobody sees, would come back as signs.
  SELECT translate(ts_headline('simple', hide_signs(translate(p_text, E'\x01\x02\x03\x04\x05', '     ')), p_asked,
    p_options), E'\x01\x02\x03\x04\x05', '<>&/-')
$$;

-- The first part of a long text that a query matches, or the whole where its words are far apart: how long a headline
-- takes grows with the square of the matches, and a page of texts of 32 KB took a second. Parts overlap, and the words
-- that they cut are left out of them, unless a text has no spaces.
CREATE OR REPLACE FUNCTION matching_part(p_text text, p_asked tsquery) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  size constant integer := 4000;
  padded text := ' ' || p_text || ' ';
  part text;
BEGIN
  IF char_length(p_text) <= size THEN
    RETURN p_text;
  END IF;
  FOR at IN 1..char_length(p_text) BY size - 400 LOOP
    part := regexp_replace(substr(padded, at, size), '^\S{0,100}\s|\s\S{0,100}$', '', 'g');
    IF words_of(part) @@ p_asked THEN
      RETURN part;
    END IF;
  END LOOP;
  RETURN p_text;
END $$;

-- A text with the places marked that a query matches.
CREATE OR REPLACE FUNCTION marked_text(p_text text, p_asked tsquery, p_q text, p_open text, p_close text) RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  marked text := headline_of(matching_part(p_text, p_asked), p_asked,
    format('StartSel=%s, StopSel=%s, MaxWords=40, MinWords=20, ShortWord=0', p_open, p_close));
  at integer := strpos(lower(p_text), lower(p_q));
BEGIN
  IF strpos(marked, p_open) = 0 AND at > 0 THEN
    RETURN substr(p_text, greatest(at - 80, 1), at - greatest(at - 80, 1)) || p_open
      || substr(p_text, at, char_length(p_q)) || p_close || substr(p_text, at + char_length(p_q), 160);
  END IF;
  -- A word of a language without spaces may be as long as a sentence.
  RETURN left(marked, 2000);
END $$;

-- The queries that a search asks one after the other, and the messages it finds. Fragments and typos are looked
-- for only where whole words find little, and never for a query with operators, which means what it says.
CREATE OR REPLACE FUNCTION find_messages(p_owner_id text, p_role text, p_q text, OUT hits search_hit[], OUT marks tsquery)
LANGUAGE plpgsql STABLE AS $$
DECLARE
  asked tsquery := query_of(p_q);
  fuzzy tsquery;
BEGIN
  hits := ARRAY(SELECT h FROM message_hits(p_owner_id, p_role, asked, 100000) AS h WHERE numnode(asked) > 0);
  marks := asked;
  IF cardinality(hits) < 20 AND strpos(p_q, '"') = 0 AND asked = plainto_tsquery('simple', hide_signs(p_q)) THEN
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

-- GET /v1/messages. Arguments: ownerId, q, role, limit, after { key, id }, open and close (marks that are in no
-- text). Answers { message, conversationTitle, score, marked } in order.
CREATE OR REPLACE FUNCTION search_messages(p jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
  found record;
BEGIN
  SELECT * INTO found FROM find_messages(p->>'ownerId', p->>'role', p->>'q');
  RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('message', to_jsonb(m), 'conversationTitle', c.title,
      'score', page.score, 'marked', marked_text(m.content, found.marks, p->>'q', p->>'open', p->>'close'))
      ORDER BY page.score DESC, page.id DESC), '[]')
    FROM (SELECT h.id, h.score FROM unnest(found.hits) AS h
      WHERE p->'after' IS NULL OR (h.score, h.id) < ((p->'after'->>'key')::bigint, p->'after'->>'id')
      ORDER BY h.score DESC, h.id DESC LIMIT (p->>'limit')::integer) AS page
    JOIN messages AS m ON m.owner_id = p->>'ownerId' AND m.id = page.id
    JOIN conversations AS c ON c.owner_id = m.owner_id AND c.id = m.conversation_id);
END $$;

-- GET /v1/conversations?sort=relevance. Arguments as of search_messages, with status instead of role. The 10 000
-- newest titles and descriptions are compared, and the text of messages. A title counts above any text.
CREATE OR REPLACE FUNCTION search_conversations(p jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
  owner text := p->>'ownerId';
  q text := p->>'q';
  asked tsquery := query_of(p->>'q');
  found record;
BEGIN
  SELECT * INTO found FROM find_messages(owner, NULL, q);
  RETURN (WITH titled AS (
      SELECT c.id, 1 AS source, NULL::text AS message_id, hit_score(300000, ts_rank(
        setweight(words_of(coalesce(c.title, '')), 'A')
        || words_of(coalesce(c.description, '')), asked, 32), c.updated_at) AS score
      FROM (SELECT * FROM conversations WHERE owner_id = owner AND deleted_at IS NULL
        ORDER BY updated_at DESC, id DESC LIMIT 10000) AS c
      WHERE words_of(coalesce(c.title, '') || ' ' || coalesce(c.description, '')) @@ found.marks
        OR strpos(lower(coalesce(c.title, '') || ' ' || coalesce(c.description, '')), lower(q)) > 0),
    told AS (
      SELECT DISTINCT ON (m.conversation_id) m.conversation_id, 2, m.id, h.score
      FROM unnest(found.hits) AS h JOIN messages AS m ON m.owner_id = owner AND m.id = h.id
      ORDER BY m.conversation_id, h.score DESC),
    best AS (
      SELECT DISTINCT ON (every.id) every.* FROM (SELECT * FROM titled UNION ALL SELECT * FROM told) AS every
      ORDER BY every.id, every.score DESC),
    page AS (
      SELECT best.*, c FROM best JOIN conversations AS c ON c.owner_id = owner AND c.id = best.id
      WHERE (p->>'status' IS NULL OR c.status = p->>'status')
        AND (p->'after' IS NULL OR (best.score, best.id) < ((p->'after'->>'key')::bigint, p->'after'->>'id'))
      ORDER BY best.score DESC, best.id DESC LIMIT (p->>'limit')::integer)
    SELECT coalesce(jsonb_agg(jsonb_build_object('conversation', conversation_json(page.c), 'score', page.score,
      'messageId', page.message_id, 'marked', marked_text(coalesce(m.content,
        concat_ws(' – ', (page.c).title, (page.c).description)), found.marks, q, p->>'open', p->>'close'))
      ORDER BY page.score DESC, page.id DESC), '[]')
    FROM page LEFT JOIN messages AS m ON m.owner_id = owner AND m.id = page.message_id);
END $$;

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
          CROSS JOIN LATERAL (SELECT words_of(left(m.content, 4000)) AS words OFFSET 0) AS t
          WHERE cardinality(asked.rare) < cardinality(asked.every) AND t.words @@ any_of) AS h
      ORDER BY h.id, h.score DESC),
    best AS (SELECT * FROM hits ORDER BY score DESC, id DESC LIMIT 200),
    scored AS (
      SELECT best.id, round((0.9 * (SELECT count(*) FROM unnest(asked.every) AS w WHERE t.words @@ w)
        / cardinality(asked.every) + 0.1 * ts_rank(t.words, any_of, 1 | 32))::numeric, 4) AS score
      FROM best JOIN messages AS m ON m.owner_id = owner AND m.id = best.id
      CROSS JOIN LATERAL (SELECT words_of(m.content) AS words OFFSET 0) AS t
      ORDER BY score DESC, best.score DESC, best.id DESC LIMIT (p->>'k')::integer)
    SELECT coalesce(jsonb_agg(jsonb_build_object('message', to_jsonb(m), 'score', scored.score)
      ORDER BY scored.score DESC, m.created_at DESC, m.id DESC), '[]')
    FROM scored JOIN messages AS m ON m.owner_id = owner AND m.id = scored.id);
END $$;

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
