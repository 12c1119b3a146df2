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
