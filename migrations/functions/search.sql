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

-- The newest active messages of the owner's 100 newest conversations: as many as have
-- `p_bytes` together, where each counts for `p_each` bytes at most, and one at least.
CREATE OR REPLACE FUNCTION newest_messages(p_owner_id text, p_limit integer, p_each integer, p_bytes integer)
RETURNS SETOF messages LANGUAGE sql STABLE AS $$
  SELECT (counted.message).* FROM (
    SELECT message, row_number() OVER newest AS place,
      sum(least(octet_length(message.content), p_each)) OVER newest AS bytes
    FROM (SELECT message.* FROM (SELECT id FROM conversations WHERE owner_id = p_owner_id AND deleted_at IS NULL
        ORDER BY updated_at DESC, id DESC LIMIT 100) AS conversation
      CROSS JOIN LATERAL (SELECT * FROM messages WHERE owner_id = p_owner_id AND conversation_id = conversation.id AND is_active
        ORDER BY position DESC LIMIT p_limit) AS message
      WHERE NOT message.is_deleted LIMIT p_limit) AS message
    WINDOW newest AS (ORDER BY message.created_at DESC, message.id DESC ROWS UNBOUNDED PRECEDING)) AS counted
  WHERE counted.bytes <= p_bytes OR counted.place = 1
$$;

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

-- The words that a query asks for, without those to be left out.
CREATE OR REPLACE FUNCTION asked_words(p_query tsquery) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
  SELECT ARRAY(SELECT DISTINCT found[1] FROM regexp_matches(querytree(p_query), '''([^'']+)''', 'g') AS found)
$$;

-- What a person asks for, in words as texts have them. Words that signs join, `app.ts:42`, are a phrase, which goes into
-- quotes here; what is in quotes already are the even parts. A minus before a word leaves it out, and is \x01 until no
-- other sign is left.
CREATE OR REPLACE FUNCTION query_of(p_q text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT websearch_to_tsquery('simple'::regconfig, coalesce(replace(without_signs(string_agg(
    CASE WHEN place % 2 = 0 THEN part ELSE regexp_replace(
      regexp_replace(part, '(^|\s)-(?=[[:alnum:]<]|$)', E'\\1\x01', 'g'),
      '(^|\s)(\x01?)([^\s\x01]*[^[:alnum:]\s\x01][^\s]*)', '\1\2"\3"', 'g') END, '"' ORDER BY place)), E'\x01', '-'), ''))
  FROM string_to_table(translate(fold_text(p_q), E'\x01“”„‟', ' """"'), '"') WITH ORDINALITY AS parts (part, place)
$$;

-- The words of a query as they are written, accents and all.
CREATE OR REPLACE FUNCTION written_words(p_q text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
  SELECT tsvector_to_array(to_tsvector('simple'::regconfig, without_signs(lower(normalize(p_q, NFC)))))
$$;

-- Whether a text that matches has these words as they are written, as far as it has them at all.
CREATE OR REPLACE FUNCTION is_exact(p_text text, p_words tsvector, p_written text[]) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN octet_length(p_text) = char_length(p_text)
    THEN octet_length(array_to_string(p_written, '')) = char_length(array_to_string(p_written, ''))
    ELSE NOT EXISTS (SELECT FROM lower(normalize(p_text, NFC)) AS text, unnest(p_written) AS word
      WHERE strpos(text, word) = 0 AND p_words @@ plainto_tsquery('simple', fold_text(word))) END
$$;

-- The beginning of a message and its words. Written in plpgsql, because nothing may have the words made of texts that are
-- not asked for: a function that becomes part of the query does, where the plan looks better.
CREATE OR REPLACE FUNCTION text_parts(p_owner_id text, p_id text, p_length integer, OUT part text, OUT words tsvector)
LANGUAGE plpgsql STABLE AS $$
BEGIN
  part := (SELECT left(content, p_length) FROM messages WHERE owner_id = p_owner_id AND id = p_id);
  words := words_of(part);
END $$;

-- Up to 1 000 of the owner's messages that match, the newest: of all that the index finds, or, where it finds
-- 10 000 and more, of the newest messages and of 10 000 others. The index does not know where in a text a word
-- is, so that each text has to be read for a phrase; that is why it is asked for the words alone, and why no more than
-- the newest 1 MB of what it finds are read. Nor are more than 600 KB ranked: the others come behind, the newest first.
-- Planned anew for each query, because how often its words occur decides the plan.
CREATE OR REPLACE FUNCTION message_hits(p_owner_id text, p_role text, p_asked tsquery, p_base integer, p_written text[])
RETURNS SETOF search_hit LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan SET enable_seqscan = off AS $$
DECLARE
  loose tsquery := without_phrases(p_asked);
  is_phrase boolean := loose <> p_asked;
  mine tsquery := as_lexeme('@' || p_owner_id)::tsquery && loose;
BEGIN
  RETURN QUERY
  WITH indexed AS MATERIALIZED (
    SELECT message.id, message.conversation_id, message.created_at, least(octet_length(message.content), 250000) AS bytes FROM messages AS message
    -- No other index may be chosen: it would have the words made of every text of the owner.
    WHERE searchable(message.owner_id, message.content) @@ mine AND message.owner_id || '' = p_owner_id AND message.is_active
      AND NOT message.is_deleted AND (p_role IS NULL OR message.role = p_role)
    LIMIT 10000),
  phrased AS MATERIALIZED (
    SELECT read.id, read.conversation_id, read.created_at, read.bytes FROM (
      -- `offset 0` has the words made of these texts only.
      SELECT message.id, message.conversation_id, message.created_at, least(octet_length(message.content), 250000) AS bytes,
        words_of(message.content) AS words
      FROM messages AS message WHERE message.owner_id = p_owner_id AND message.id = ANY (ARRAY(
        SELECT counted.id FROM (
          SELECT hit.id, sum(hit.bytes) OVER (ORDER BY hit.created_at DESC, hit.id DESC) - hit.bytes AS before
          FROM indexed AS hit WHERE is_phrase) AS counted
        WHERE counted.before < 1000000))
      OFFSET 0) AS read
    WHERE read.words @@ p_asked),
  newest AS MATERIALIZED (
    SELECT message.id, message.conversation_id, message.created_at, least(octet_length(message.content), 250000)
    FROM newest_messages(p_owner_id, 2000, 250000, 1000000) AS message
    WHERE (SELECT count(*) FROM indexed) = 10000 AND (p_role IS NULL OR message.role = p_role)
      AND words_of(message.content) @@ p_asked),
  candidates AS MATERIALIZED (
    SELECT found.id, found.created_at,
      sum(least(found.bytes, 2000)) OVER (ORDER BY found.created_at DESC, found.id DESC) AS bytes
    FROM (SELECT * FROM indexed WHERE NOT is_phrase UNION SELECT * FROM phrased UNION SELECT * FROM newest) AS found
    JOIN conversations AS conversation ON conversation.owner_id = p_owner_id AND conversation.id = found.conversation_id
      AND conversation.deleted_at IS NULL
    ORDER BY found.created_at DESC, found.id DESC LIMIT 1000)
  SELECT candidates.id, hit_score(p_base, 0, candidates.created_at) FROM candidates WHERE candidates.bytes > 600000
  UNION ALL
  -- Where a word is far into a long text, it says little about it.
  SELECT candidates.id, hit_score(p_base + CASE WHEN p_written IS NOT NULL AND is_exact(parts.part, parts.words, p_written) THEN 100000 ELSE 0 END,
    ts_rank(parts.words, p_asked, 1 | 32), candidates.created_at)
  FROM candidates CROSS JOIN LATERAL text_parts(p_owner_id, candidates.id, 2000) AS parts
  WHERE candidates.bytes <= 600000;
END $$;

-- Text that has no words, or parts of words that are no fragments: looked for in the newest messages only.
CREATE OR REPLACE FUNCTION literal_hits(p_owner_id text, p_role text, p_text text) RETURNS SETOF search_hit LANGUAGE sql STABLE AS $$
  SELECT message.id, hit_score(0, 0, message.created_at) FROM newest_messages(p_owner_id, 2000, 250000, 1000000) AS message
  WHERE (p_role IS NULL OR message.role = p_role)
    AND strpos(fold_text(left(message.content, 250000)), (SELECT fold_text(p_text))) > 0
$$;

-- The messages that a search finds, what they match, and the words that are marked in them: none where the text is
-- found as it is. Fragments and typos are looked for only where
-- whole words find little, and never for a query with operators, which means what it says.
CREATE OR REPLACE FUNCTION find_messages(p_owner_id text, p_role text, p_q text, OUT hits search_hit[],
  OUT marks tsquery, OUT words text[])
LANGUAGE plpgsql STABLE AS $$
DECLARE
  asked tsquery := query_of(p_q);
  is_plain boolean := p_q !~ '["“”„‟]' AND asked::text !~ '[|!]';
  written text[] := CASE WHEN is_plain THEN written_words(p_q) ELSE '{}' END;
  fuzzy tsquery;
BEGIN
  hits := ARRAY(SELECT hit FROM message_hits(p_owner_id, p_role, asked, 100000, written) AS hit WHERE numnode(asked) > 0);
  marks := asked;
  IF cardinality(hits) < 20 AND is_plain THEN
    fuzzy := join_queries((similar_queries(p_owner_id, 'message', p_q)).every, true);
    IF fuzzy IS NOT NULL THEN
      marks := asked || fuzzy;
      hits := hits || ARRAY(SELECT hit FROM message_hits(p_owner_id, p_role, fuzzy, 0, NULL) AS hit
        WHERE hit.id NOT IN (SELECT earlier.id FROM unnest(hits) AS earlier));
    END IF;
    IF cardinality(hits) = 0 THEN
      hits := ARRAY(SELECT hit FROM literal_hits(p_owner_id, p_role, p_q) AS hit);
      words := '{}';
    END IF;
  END IF;
  words := coalesce(words, asked_words(marks));
END $$;

-- GET /v1/messages?q=. Arguments: ownerId, q, role, limit, after { key, id }. Answers { message, conversationTitle,
-- score, words (to mark) } in order. A page has no room for what comes behind 4 MB, so that those texts are left out.
CREATE OR REPLACE FUNCTION ranked_messages(p jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
  owner text := p->>'ownerId';
  found record;
BEGIN
  SELECT * INTO found FROM find_messages(owner, p->>'role', p->>'q');
  RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('conversationTitle', conversation.title, 'score', page.score,
      'words', found.words, 'message', CASE
        WHEN page.before < 4200000 AND octet_length(message.content) < 700000 THEN to_jsonb(message)
        ELSE to_jsonb(json_populate_record(message, json_build_object('content',
          CASE WHEN page.before < 4200000 THEN left(message.content, 700000) ELSE '' END))) END)
      ORDER BY page.score DESC, page.id DESC), '[]')
    FROM (SELECT top.*, sum(octet_length(message.content)) OVER (ORDER BY top.score DESC, top.id DESC)
        - octet_length(message.content) AS before
      FROM (SELECT hit.id, hit.score FROM unnest(found.hits) AS hit
        WHERE p->'after' IS NULL OR (hit.score, hit.id) < ((p->'after'->>'key')::bigint, p->'after'->>'id')
        ORDER BY hit.score DESC, hit.id DESC LIMIT (p->>'limit')::integer) AS top
      JOIN messages AS message ON message.owner_id = owner AND message.id = top.id) AS page
    JOIN messages AS message ON message.owner_id = owner AND message.id = page.id
    JOIN conversations AS conversation ON conversation.owner_id = message.owner_id AND conversation.id = message.conversation_id);
END $$;

-- GET /v1/conversations?sort=relevance. Arguments as of ranked_messages, with status instead of role. The titles and
-- descriptions of the newest conversations are compared, 1 MB of them, and the text of messages. A title counts above
-- any text. Answers { conversation, score, messageId, words, text (that is marked) } in order; the texts share 4 MB.
CREATE OR REPLACE FUNCTION ranked_conversations(p jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
  owner text := p->>'ownerId';
  q text := p->>'q';
  asked tsquery := query_of(p->>'q');
  written text[] := CASE WHEN q !~ '["“”„‟]' AND asked::text !~ '[|!]' THEN written_words(q) ELSE '{}' END;
  found record;
BEGIN
  SELECT * INTO found FROM find_messages(owner, NULL, q);
  RETURN (WITH named AS (
      SELECT newest.id, newest.title, newest.description, newest.updated_at, newest.text FROM (
        SELECT conversation.*, sum(octet_length(conversation.text))
          OVER (ORDER BY conversation.updated_at DESC, conversation.id DESC) - octet_length(conversation.text) AS before
        FROM (SELECT id, title, description, updated_at, concat_ws(' ', title, description) AS text
          FROM conversations WHERE owner_id = owner AND deleted_at IS NULL
          ORDER BY updated_at DESC, id DESC LIMIT 10000) AS conversation) AS newest
      WHERE newest.before < 1000000),
    titled AS (
      SELECT conversation.id, 1 AS source, NULL::text AS message_id, hit_score(
        300000 + CASE WHEN is_exact(conversation.text, parts.words, written) THEN 100000 ELSE 0 END,
        ts_rank(setweight(words_of(coalesce(conversation.title, '')), 'A') || words_of(coalesce(conversation.description, '')), asked, 32),
        conversation.updated_at) AS score
      FROM named AS conversation CROSS JOIN LATERAL (SELECT words_of(conversation.text) AS words OFFSET 0) AS parts
      WHERE parts.words @@ found.marks OR strpos(fold_text(conversation.text), (SELECT fold_text(q))) > 0),
    told AS (
      SELECT DISTINCT ON (message.conversation_id) message.conversation_id, 2, message.id, hit.score
      FROM unnest(found.hits) AS hit JOIN messages AS message ON message.owner_id = owner AND message.id = hit.id
      ORDER BY message.conversation_id, hit.score DESC),
    best AS (
      SELECT DISTINCT ON (every.id) every.* FROM (SELECT * FROM titled UNION ALL SELECT * FROM told) AS every
      ORDER BY every.id, every.score DESC),
    page AS (
      SELECT best.*, conversation FROM best JOIN conversations AS conversation ON conversation.owner_id = owner AND conversation.id = best.id
      WHERE (p->>'status' IS NULL OR conversation.status = p->>'status')
        AND (p->'after' IS NULL OR (best.score, best.id) < ((p->'after'->>'key')::bigint, p->'after'->>'id'))
      ORDER BY best.score DESC, best.id DESC LIMIT (p->>'limit')::integer)
    SELECT coalesce(jsonb_agg(jsonb_build_object('conversation', conversation_json(page.conversation), 'score', page.score,
      'messageId', page.message_id, 'words',
      CASE WHEN message.id IS NULL THEN asked_words(found.marks) ELSE found.words END, 'text',
      coalesce(left(message.content, 4000000 / (p->>'limit')::integer),
        concat_ws(' – ', (page.conversation).title, (page.conversation).description)))
      ORDER BY page.score DESC, page.id DESC), '[]')
    FROM page LEFT JOIN messages AS message ON message.owner_id = owner AND message.id = page.message_id);
END $$;
