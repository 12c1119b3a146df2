-- An embedding is of one text: an edit forgets it, and the text waits for its next one.
CREATE OR REPLACE FUNCTION forget_embedding() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('DELETE FROM %I WHERE owner_id = $1 AND id = $2', TG_ARGV[0]) USING OLD.owner_id, OLD.id;
  RETURN NULL;
END $$;

-- What the server's extensions allow, made or found: run after every migration, so that an extension that arrives
-- later is taken up. Arguments: dimensions (of the vector index). Answers { trigrams, vectors }.
CREATE OR REPLACE FUNCTION prepare_search(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  wanted text;
  present text[];
  kind text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['pg_trgm', 'btree_gin', 'vector'] LOOP
    BEGIN
      IF EXISTS (SELECT FROM pg_available_extensions AS a WHERE a.name = wanted AND a.installed_version IS NULL) THEN
        EXECUTE format('CREATE EXTENSION IF NOT EXISTS %I', wanted);
      END IF;
    EXCEPTION WHEN insufficient_privilege OR feature_not_supported OR object_not_in_prerequisite_state THEN
      RAISE NOTICE 'extension % may not be created: %', wanted, SQLERRM;
    END;
  END LOOP;
  present := ARRAY(SELECT extname::text FROM pg_extension);
  IF 'pg_trgm' = ANY (present) THEN
    IF 'btree_gin' = ANY (present) THEN
      CREATE INDEX IF NOT EXISTS search_words_trigrams ON search_words USING gin (owner_id, word gin_trgm_ops);
    ELSE
      CREATE INDEX IF NOT EXISTS search_words_trigrams ON search_words USING gin (word gin_trgm_ops);
    END IF;
  END IF;
  IF 'vector' = ANY (present) THEN
    FOREACH kind IN ARRAY ARRAY['message', 'note'] LOOP
      EXECUTE format('CREATE TABLE IF NOT EXISTS %1$I (owner_id text NOT NULL, id text NOT NULL, model text NOT NULL,
        dimensions integer NOT NULL, embedding vector NOT NULL,
        created_at timestamp with time zone DEFAULT now() NOT NULL,
        updated_at timestamp with time zone DEFAULT now() NOT NULL,
        PRIMARY KEY (owner_id, id), FOREIGN KEY (owner_id, id) REFERENCES %2$I (owner_id, id) ON DELETE CASCADE)',
        kind || '_embeddings', kind || 's');
      -- An index is of vectors of one length.
      EXECUTE format('CREATE INDEX IF NOT EXISTS %1$I ON %2$I USING hnsw ((embedding::vector(%3$s)) vector_cosine_ops)
        WHERE dimensions = %3$s', kind || '_embeddings_' || (p->>'dimensions')::integer, kind || '_embeddings',
        (p->>'dimensions')::integer);
    END LOOP;
    CREATE OR REPLACE TRIGGER messages_embedding AFTER UPDATE OF content ON messages FOR EACH ROW
      WHEN (OLD.content IS DISTINCT FROM NEW.content) EXECUTE FUNCTION forget_embedding('message_embeddings');
    CREATE OR REPLACE TRIGGER notes_embedding AFTER UPDATE OF title, content ON notes FOR EACH ROW
      WHEN (OLD.title IS DISTINCT FROM NEW.title OR OLD.content IS DISTINCT FROM NEW.content)
      EXECUTE FUNCTION forget_embedding('note_embeddings');
  END IF;
  RETURN jsonb_build_object('trigrams', 'pg_trgm' = ANY (present), 'vectors', 'vector' = ANY (present));
END $$;

-- Which of these still lack an embedding. Arguments: kind, model, dimensions, items [{ ownerId, id }]. Answers the
-- same with text and hash; null where the server has no vectors.
CREATE OR REPLACE FUNCTION unembedded(p jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
  answer jsonb;
BEGIN
  IF to_regclass('message_embeddings') IS NULL THEN
    RETURN NULL;
  END IF;
  EXECUTE format('SELECT coalesce(jsonb_agg(jsonb_build_object(''ownerId'', t.owner_id, ''id'', t.id, ''text'', t.text,
      ''hash'', md5(t.text))), ''[]'')
    FROM (SELECT DISTINCT i->>''ownerId'' AS owner_id, i->>''id'' AS id FROM jsonb_array_elements($1->''items'') AS i) AS item
    JOIN %I AS t ON t.owner_id = item.owner_id AND t.id = item.id
    WHERE NOT EXISTS (SELECT FROM %I AS e WHERE e.owner_id = t.owner_id AND e.id = t.id
      AND e.model = $1->>''model'' AND e.dimensions = ($1->>''dimensions'')::integer)',
    'embeddable_' || (p->>'kind'), (p->>'kind') || '_embeddings') INTO answer USING p;
  RETURN answer;
END $$;

-- The next texts that lack an embedding, in order of owner and id. Arguments: kind, model, dimensions, limit,
-- after { ownerId, id } and sinceSeconds (only texts that new), each null for all.
CREATE OR REPLACE FUNCTION missing_embeddings(p jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  answer jsonb;
BEGIN
  IF to_regclass('message_embeddings') IS NULL THEN
    RETURN '[]';
  END IF;
  EXECUTE format('SELECT coalesce(jsonb_agg(jsonb_build_object(''ownerId'', owner_id, ''id'', id) ORDER BY owner_id, id), ''[]'')
    FROM (SELECT t.owner_id, t.id FROM %I AS t
      WHERE ($1 IS NULL OR (t.owner_id, t.id) > ($1, $2)) AND ($3 IS NULL OR t.created_at > now() - make_interval(secs => $3))
        AND NOT EXISTS (SELECT FROM %I AS e WHERE e.owner_id = t.owner_id AND e.id = t.id AND e.model = $4
          AND e.dimensions = $5)
      ORDER BY t.owner_id, t.id LIMIT $6) AS page', 'embeddable_' || (p->>'kind'), (p->>'kind') || '_embeddings')
    INTO answer USING p->'after'->>'ownerId', p->'after'->>'id', (p->>'sinceSeconds')::double precision, p->>'model',
      (p->>'dimensions')::integer, (p->>'limit')::integer;
  RETURN answer;
END $$;

-- Keeps embeddings of texts that are still the same. Arguments: kind, model, dimensions, rows [{ ownerId, id, hash,
-- embedding }]. Answers how many.
CREATE OR REPLACE FUNCTION store_embeddings(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  stored integer;
BEGIN
  -- The lock makes an edit under way wait, and then forget what is stored here.
  EXECUTE format('WITH rows AS (
      SELECT r->>''ownerId'' AS owner_id, r->>''id'' AS id, r->>''hash'' AS hash, r->>''embedding'' AS embedding
      FROM jsonb_array_elements($1->''rows'') AS r),
    locked AS (
      SELECT rows.*, md5(t.text) AS present FROM %1$I AS t
      JOIN rows ON rows.owner_id = t.owner_id AND rows.id = t.id
      ORDER BY t.owner_id, t.id FOR SHARE OF t)
    INSERT INTO %2$I AS kept (owner_id, id, model, dimensions, embedding)
    SELECT owner_id, id, $1->>''model'', ($1->>''dimensions'')::integer, embedding::vector FROM locked
    WHERE hash = present
    ON CONFLICT (owner_id, id) DO UPDATE SET model = excluded.model, dimensions = excluded.dimensions,
      embedding = excluded.embedding, updated_at = now()',
    'embeddable_' || (p->>'kind'), (p->>'kind') || '_embeddings') USING p;
  GET DIAGNOSTICS stored = ROW_COUNT;
  RETURN jsonb_build_object('stored', stored);
END $$;

-- The nearest of the owner's texts. Arguments: kind, ownerId, embedding, model, dimensions, k, few (up to so many
-- are compared without the index). Null where the server has no vectors or the owner no embeddings of this model.
CREATE OR REPLACE FUNCTION similar_by_vector(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  is_note boolean := p->>'kind' = 'note';
  size integer := (p->>'dimensions')::integer;
  k integer := (p->>'k')::integer;
  few integer := coalesce((p->>'few')::integer, 5000);
  embedded integer;
  statement text;
  answer jsonb;
BEGIN
  IF to_regclass('message_embeddings') IS NULL THEN
    RETURN NULL;
  END IF;
  EXECUTE format('SELECT count(*) FROM (SELECT FROM %I WHERE owner_id = $1 AND model = $2 AND dimensions = $3
    LIMIT $4 + 1) AS counted', (p->>'kind') || '_embeddings')
    INTO embedded USING p->>'ownerId', p->>'model', size, few;
  IF embedded = 0 THEN
    RETURN NULL;
  END IF;
  -- `%4$s` keeps an owner of few texts from the index of all owners': theirs are compared one by one, exactly.
  statement := format('SELECT coalesce(jsonb_agg(jsonb_build_object(%5$L, to_jsonb(t) - ''words'', ''score'',
      round((1 - near.distance)::numeric, 4)) ORDER BY near.distance, t.id), ''[]'')
    FROM (SELECT e.id, (e.embedding::vector(%1$s) <=> $3::vector(%1$s)) %4$s AS distance FROM %2$I AS e
      JOIN %3$I AS t ON t.owner_id = e.owner_id AND t.id = e.id %6$s
      WHERE e.owner_id = $1 AND e.model = $2 AND e.dimensions = %1$s
      ORDER BY distance LIMIT $4) AS near
    JOIN %3$I AS t ON t.owner_id = $1 AND t.id = near.id', size, (p->>'kind') || '_embeddings', (p->>'kind') || 's',
    '%s', p->>'kind', CASE WHEN is_note THEN '' ELSE 'AND t.is_active AND NOT t.is_deleted
      JOIN conversations AS c ON c.owner_id = t.owner_id AND c.id = t.conversation_id AND c.deleted_at IS NULL' END);
  IF embedded > few THEN
    -- The index is read on until k rows of this owner have come.
    PERFORM set_config('hnsw.iterative_scan', 'strict_order', true), set_config('hnsw.max_scan_tuples', '40000', true);
    EXECUTE format(statement, '') INTO answer USING p->>'ownerId', p->>'model', p->>'embedding', k;
  END IF;
  IF answer IS NULL OR jsonb_array_length(answer) < k THEN
    EXECUTE format(statement, '+ 0') INTO answer USING p->>'ownerId', p->>'model', p->>'embedding', k;
  END IF;
  RETURN answer;
END $$;
