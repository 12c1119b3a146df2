-- Words that may not be remembered yet: of the owner's newest messages, and of notes. Each is compared with every
-- word of a query, so that more of them would make typos slower to look for than all the rest.
CREATE OR REPLACE FUNCTION recent_words(p_owner_id text) RETURNS text[] LANGUAGE sql STABLE AS $$
  SELECT array_agg(DISTINCT w) FROM (
    SELECT to_tsvector('simple', left(m.content, 4000)) AS words FROM newest_messages(p_owner_id, 300) AS m
    UNION ALL (SELECT words FROM notes WHERE owner_id = p_owner_id ORDER BY created_at DESC LIMIT 100)) AS t
  CROSS JOIN searchable_words(t.words) AS w
$$;
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
