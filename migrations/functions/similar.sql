-- The k of the owner's messages that have the most of a text's words, or similar ones. The score is the share of the
-- words that are compared, from 0 to 1. Arguments: ownerId, q, k. Those that share frequent words only are looked for
-- among the newest. Of what is found 1 MB is compared, the best first.
CREATE OR REPLACE FUNCTION lexically_similar_messages(p jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
  owner text := p->>'ownerId';
  asked record := similar_queries(p->>'ownerId', 'message', p->>'q');
  any_of tsquery := join_queries(asked.every, false);
BEGIN
  IF any_of IS NULL THEN
    RETURN '[]';
  END IF;
  RETURN (WITH hits AS (
      SELECT DISTINCT ON (h.id) h.id, h.score FROM (
        SELECT * FROM message_hits(owner, NULL, join_queries(asked.every, true), 200000, NULL)
        UNION ALL SELECT * FROM message_hits(owner, NULL, join_queries(asked.rare, false), 100000, NULL)
        UNION ALL SELECT m.id, hit_score(0, ts_rank(t.words, any_of, 1 | 32), m.created_at)
          FROM newest_messages(owner, 2000, 2000, 600000) AS m
          CROSS JOIN LATERAL (SELECT words_of(left(m.content, 2000)) AS words OFFSET 0) AS t
          WHERE cardinality(asked.rare) < cardinality(asked.every) AND t.words @@ any_of) AS h
      ORDER BY h.id, h.score DESC),
    best AS (
      SELECT hits.*, row_number() OVER best AS place, sum(least(octet_length(m.content), 250000)) OVER best AS bytes
      FROM hits JOIN messages AS m ON m.owner_id = owner AND m.id = hits.id
      WINDOW best AS (ORDER BY hits.score DESC, hits.id DESC ROWS UNBOUNDED PRECEDING)
      ORDER BY hits.score DESC, hits.id DESC LIMIT 200),
    scored AS (
      SELECT best.id, round((SELECT count(*) FROM unnest(asked.every) AS w WHERE t.words @@ w)::numeric
        / cardinality(asked.every), 4) AS score, ts_rank(t.words, any_of, 1 | 32) AS rank
      FROM best CROSS JOIN LATERAL text_parts(owner, best.id, 250000) AS t
      WHERE best.bytes <= 1000000 OR best.place = 1
      ORDER BY score DESC, rank DESC, best.score DESC, best.id DESC LIMIT (p->>'k')::integer)
    SELECT coalesce(jsonb_agg(jsonb_build_object('message', to_jsonb(m), 'score', scored.score)
      ORDER BY scored.score DESC, scored.rank DESC, m.created_at DESC, m.id DESC), '[]')
    FROM scored JOIN messages AS m ON m.owner_id = owner AND m.id = scored.id);
END $$;

-- The same of the owner's newest notes, 10 MB of them: their words are stored.
CREATE OR REPLACE FUNCTION lexically_similar_notes(p jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
  owner text := p->>'ownerId';
  asked tsquery[] := (similar_queries(p->>'ownerId', 'note', p->>'q')).every;
  any_of tsquery := join_queries(asked, false);
BEGIN
  IF any_of IS NULL THEN
    RETURN '[]';
  END IF;
  RETURN (WITH matching AS MATERIALIZED (
      SELECT n.id, n.created_at, round((SELECT count(*) FROM unnest(asked) AS w WHERE n.words @@ w)::numeric
        / cardinality(asked), 4) AS score, ts_rank(n.words, any_of, 1 | 32) AS rank
      FROM newest_notes(owner, 5000, 250000, 10000000) AS n WHERE n.words @@ any_of),
    scored AS (
      SELECT * FROM matching ORDER BY score DESC, rank DESC, created_at DESC, id DESC LIMIT (p->>'k')::integer)
    SELECT coalesce(jsonb_agg(jsonb_build_object('note', to_jsonb(n) - 'words', 'score', scored.score)
      ORDER BY scored.score DESC, scored.rank DESC, n.created_at DESC, n.id DESC), '[]')
    FROM scored JOIN notes AS n ON n.owner_id = owner AND n.id = scored.id);
END $$;
