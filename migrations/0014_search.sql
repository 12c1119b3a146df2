-- The words of a text, in any language, and its owner as one more word: with that word in every query, the index
-- below reads one owner's entries only. The text itself never has a word that begins with `@`.
CREATE FUNCTION searchable(p_owner_id text, p_text text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN to_tsvector('simple'::regconfig, p_text) || array_to_tsvector(ARRAY['@' || p_owner_id]);
--> statement-breakpoint
-- Not a stored column: rows travel whole through the functions that write them. Merged in small portions, so that
-- no single send waits long for it.
CREATE INDEX messages_search ON messages USING gin (searchable(owner_id, content))
  WITH (gin_pending_list_limit = 512) WHERE is_active AND NOT is_deleted;
--> statement-breakpoint
-- For what looks for new messages in the background.
CREATE INDEX messages_created_range ON messages USING brin (created_at);
--> statement-breakpoint
CREATE INDEX message_versions_created_range ON message_versions USING brin (created_at);
--> statement-breakpoint
-- The words that an owner's messages have or had, for fragments and typos. Filled in the background, because a
-- lookup of each word would make a send dearer than all the rest of it.
CREATE TABLE search_words (
  owner_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  word text COLLATE "C" NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  PRIMARY KEY (owner_id, word)
);
--> statement-breakpoint
-- The last message whose words are there.
CREATE TABLE search_progress (
  id text PRIMARY KEY,
  message_created_at timestamp with time zone NOT NULL,
  owner_id text NOT NULL,
  message_id text NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
INSERT INTO search_progress (id, message_created_at, owner_id, message_id) VALUES ('words', '-infinity', '', '');
--> statement-breakpoint
-- Numbers alone are left out: there are too many, and nobody misspells them.
CREATE FUNCTION searchable_words(p_words tsvector) RETURNS SETOF text LANGUAGE sql IMMUTABLE AS $$
  SELECT w FROM unnest(tsvector_to_array(p_words)) AS w
  WHERE char_length(w) BETWEEN 3 AND 100 AND ltrim(w, '0123456789.,:;+-/%') <> ''
$$;
--> statement-breakpoint
-- Remembers the words of the next messages, and of edits made meanwhile. Arguments: limit, lagSeconds (a commit may
-- come that much later than the time it bears). Answers how many messages there were.
CREATE FUNCTION remember_words(p jsonb) RETURNS jsonb LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan AS $$
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
  CROSS JOIN searchable_words(to_tsvector('simple', t.content)) AS w
  ORDER BY 1, 2 ON CONFLICT DO NOTHING;
  UPDATE search_progress SET message_created_at = fresh[cardinality(fresh)].created_at,
    owner_id = fresh[cardinality(fresh)].owner_id, message_id = fresh[cardinality(fresh)].id, updated_at = now()
  WHERE id = 'words' AND cardinality(fresh) > 0;
  RETURN jsonb_build_object('messages', cardinality(fresh));
END $$;
--> statement-breakpoint
-- What a search has found, and how well it matches: whole numbers, those of an exact match above all others, and
-- among equals the newer one first.
CREATE TYPE search_hit AS (id text, score bigint);
--> statement-breakpoint
CREATE FUNCTION hit_score(p_base integer, p_rank double precision, p_at timestamptz) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$
  SELECT (p_base + least(round(p_rank * 100000), 99999))::bigint * 10000000000 + extract(epoch FROM p_at)::bigint
$$;
--> statement-breakpoint
-- A word as tsquery writes it, so that nothing in it is read as syntax.
CREATE FUNCTION as_lexeme(p_word text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT '''' || replace(replace(p_word, '\', '\\'), '''', '''''') || ''''
$$;
--> statement-breakpoint
-- A pattern of LIKE that is found wherever the text is.
CREATE FUNCTION as_fragment(p_text text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT '%' || replace(replace(replace(p_text, '\', '\\'), '%', '\%'), '_', '\_') || '%'
$$;
--> statement-breakpoint
-- The newest active messages of the owner's newest conversations, which no index by time is kept for.
CREATE FUNCTION newest_messages(p_owner_id text, p_most integer) RETURNS SETOF messages LANGUAGE sql STABLE AS $$
  SELECT m.* FROM (SELECT id FROM conversations WHERE owner_id = p_owner_id AND deleted_at IS NULL
    ORDER BY updated_at DESC, id DESC LIMIT 100) AS c
  CROSS JOIN LATERAL (SELECT * FROM messages WHERE owner_id = p_owner_id AND conversation_id = c.id AND is_active
    ORDER BY position DESC LIMIT p_most) AS m
  WHERE NOT m.is_deleted LIMIT p_most
$$;
--> statement-breakpoint
-- Words that may not be remembered yet: of the owner's newest messages, and of notes.
CREATE FUNCTION recent_words(p_owner_id text) RETURNS text[] LANGUAGE sql STABLE AS $$
  SELECT array_agg(DISTINCT w) FROM (
    SELECT to_tsvector('simple', left(m.content, 4000)) AS words FROM newest_messages(p_owner_id, 1000) AS m
    UNION ALL (SELECT words FROM notes WHERE owner_id = p_owner_id ORDER BY created_at DESC LIMIT 200)) AS t
  CROSS JOIN searchable_words(t.words) AS w
$$;
--> statement-breakpoint
-- The owner's words that contain this one. prepare_search replaces it where the server can compare trigrams.
CREATE FUNCTION similar_words(p_owner_id text, p_word text, p_recent text[]) RETURNS SETOF text LANGUAGE sql STABLE AS $$
  SELECT word FROM (
    SELECT s.word FROM search_words AS s WHERE s.owner_id = p_owner_id AND s.word LIKE as_fragment(p_word)
    UNION SELECT w FROM unnest(p_recent) AS w WHERE w LIKE as_fragment(p_word)) AS found
  ORDER BY char_length(word), word LIMIT 12
$$;
--> statement-breakpoint
-- For each word of a text a query for it, for what begins with it and for the owner's similar words; at most 8, the
-- longest first, which are the rarest. Short ones stand for themselves, unless a letter is a word of its language.
CREATE FUNCTION similar_queries(p_owner_id text, p_text text) RETURNS tsquery[] LANGUAGE plpgsql STABLE AS $$
DECLARE
  recent text[] := recent_words(p_owner_id);
BEGIN
  RETURN ARRAY(SELECT CASE WHEN octet_length(w) < 3 THEN as_lexeme(w)::tsquery
      ELSE (as_lexeme(w) || ':*' || coalesce((SELECT string_agg(' | ' || as_lexeme(s), '')
        FROM similar_words(p_owner_id, w, recent) AS s), ''))::tsquery END
    FROM (SELECT w FROM unnest(tsvector_to_array(to_tsvector('simple', p_text))) AS w
      ORDER BY char_length(w) DESC, w LIMIT 8) AS words
    ORDER BY char_length(w) DESC, w);
END $$;
--> statement-breakpoint
CREATE FUNCTION join_queries(p_queries tsquery[], p_every boolean) RETURNS tsquery LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  one tsquery;
  joined tsquery;
BEGIN
  FOREACH one IN ARRAY coalesce(p_queries, '{}') LOOP
    joined := CASE WHEN joined IS NULL THEN one WHEN p_every THEN joined && one ELSE joined || one END;
  END LOOP;
  RETURN joined;
END $$;
--> statement-breakpoint
-- Up to 1 000 of the owner's messages that match, the newest: of all that the index finds, or, where it finds
-- 10 000 and more, of the 2 000 newest messages and of 10 000 others. Planned anew for each query, because how
-- often its words occur decides the plan.
CREATE FUNCTION message_hits(p_owner_id text, p_role text, p_asked tsquery, p_base integer) RETURNS SETOF search_hit
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  mine tsquery := as_lexeme('@' || p_owner_id)::tsquery && p_asked;
BEGIN
  RETURN QUERY
  WITH indexed AS MATERIALIZED (
    SELECT m.id, m.conversation_id, m.created_at FROM messages AS m
    WHERE searchable(m.owner_id, m.content) @@ mine AND m.owner_id = p_owner_id AND m.is_active
      AND NOT m.is_deleted AND (p_role IS NULL OR m.role = p_role)
    LIMIT 10000),
  newest AS MATERIALIZED (
    SELECT m.id, m.conversation_id, m.created_at FROM newest_messages(p_owner_id, 2000) AS m
    WHERE (SELECT count(*) FROM indexed) = 10000 AND (p_role IS NULL OR m.role = p_role)
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
-- Text that has no words, or parts of words that are no fragments: looked for in the newest messages only.
CREATE FUNCTION literal_hits(p_owner_id text, p_role text, p_text text) RETURNS SETOF search_hit LANGUAGE sql STABLE AS $$
  SELECT m.id, hit_score(0, 0, m.created_at) FROM newest_messages(p_owner_id, 2000) AS m
  WHERE (p_role IS NULL OR m.role = p_role) AND strpos(lower(m.content), lower(p_text)) > 0
$$;
--> statement-breakpoint
-- A text with the places marked that a query matches.
CREATE FUNCTION marked_text(p_text text, p_asked tsquery, p_q text, p_open text, p_close text) RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  marked text := ts_headline('simple', p_text, p_asked,
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
--> statement-breakpoint
-- The queries that a search asks one after the other, and the messages it finds. Fragments and typos are looked
-- for only where whole words find little, and never for a query with operators, which means what it says.
CREATE FUNCTION find_messages(p_owner_id text, p_role text, p_q text, OUT hits search_hit[], OUT marks tsquery)
LANGUAGE plpgsql STABLE AS $$
DECLARE
  asked tsquery := websearch_to_tsquery('simple', p_q);
  fuzzy tsquery;
BEGIN
  hits := ARRAY(SELECT h FROM message_hits(p_owner_id, p_role, asked, 100000) AS h WHERE numnode(asked) > 0);
  marks := asked;
  IF cardinality(hits) < 20 AND asked = plainto_tsquery('simple', p_q) THEN
    fuzzy := join_queries(similar_queries(p_owner_id, p_q), true);
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
-- GET /v1/messages. Arguments: ownerId, q, role, limit, after { key, id }, open and close (marks that are in no
-- text). Answers { message, conversationTitle, score, marked } in order.
CREATE FUNCTION search_messages(p jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
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
--> statement-breakpoint
-- GET /v1/conversations?sort=relevance. Arguments as of search_messages, with status instead of role. The 10 000
-- newest titles and descriptions are compared, and the text of messages. A title counts above any text.
CREATE FUNCTION search_conversations(p jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
  owner text := p->>'ownerId';
  q text := p->>'q';
  asked tsquery := websearch_to_tsquery('simple', p->>'q');
  found record;
BEGIN
  SELECT * INTO found FROM find_messages(owner, NULL, q);
  RETURN (WITH titled AS (
      SELECT c.id, 1 AS source, NULL::text AS message_id, hit_score(300000, ts_rank(
        setweight(to_tsvector('simple', coalesce(c.title, '')), 'A')
        || to_tsvector('simple', coalesce(c.description, '')), asked, 32), c.updated_at) AS score
      FROM (SELECT * FROM conversations WHERE owner_id = owner AND deleted_at IS NULL
        ORDER BY updated_at DESC, id DESC LIMIT 10000) AS c
      WHERE to_tsvector('simple', coalesce(c.title, '') || ' ' || coalesce(c.description, '')) @@ found.marks
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
