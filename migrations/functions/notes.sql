-- Remembers which row a request makes. Null: go on and make it; otherwise the answer. The same request at the
-- same time waits here for its twin.
CREATE OR REPLACE FUNCTION remember_request(p jsonb, p_kind text, p_resource_id text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  k idempotency_keys;
BEGIN
  IF p->>'idempotencyKey' IS NULL THEN
    RETURN NULL;
  END IF;
  INSERT INTO idempotency_keys (owner_id, kind, key, fingerprint, resource_id)
  VALUES (p->>'ownerId', p_kind, p->>'idempotencyKey', p->>'idempotencyFingerprint', p_resource_id)
  ON CONFLICT DO NOTHING;
  IF FOUND THEN
    RETURN NULL;
  END IF;
  SELECT * INTO k FROM idempotency_keys
  WHERE owner_id = p->>'ownerId' AND kind = p_kind AND key = p->>'idempotencyKey';
  IF k.fingerprint <> p->>'idempotencyFingerprint' THEN
    RETURN '{"outcome": "mismatch"}';
  END IF;
  RETURN jsonb_build_object('outcome', 'replayed', 'id', k.resource_id, 'createdAt', k.created_at);
END $$;

-- POST /v1/notes. Arguments: ownerId, noteId, title, content, tags, idempotencyKey, idempotencyFingerprint.
CREATE OR REPLACE FUNCTION create_note(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  earlier jsonb := remember_request(p, 'note', p->>'noteId');
BEGIN
  IF earlier IS NOT NULL THEN
    RETURN earlier;
  END IF;
  INSERT INTO notes (id, owner_id, title, content, tags)
  VALUES (p->>'noteId', p->>'ownerId', p->>'title', p->>'content', coalesce(p->'tags', '[]'));
  RETURN jsonb_build_object('outcome', 'created', 'id', p->>'noteId', 'createdAt', now());
END $$;

-- Arguments: ownerId, conversationId, noteId, most. Outcomes: pinned (now or before), not_found, too_many.
CREATE OR REPLACE FUNCTION pin_note(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  pinned integer;
BEGIN
  -- The lock also keeps two pins from both being the last one that is allowed.
  PERFORM FROM conversations WHERE owner_id = p->>'ownerId' AND id = p->>'conversationId'
    AND deleted_at IS NULL FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN '{"outcome": "not_found"}';
  END IF;
  PERFORM FROM notes WHERE owner_id = p->>'ownerId' AND id = p->>'noteId' FOR KEY SHARE;
  IF NOT FOUND THEN
    RETURN '{"outcome": "not_found"}';
  END IF;
  SELECT count(*) FILTER (WHERE note_id <> p->>'noteId') INTO pinned FROM conversation_notes
  WHERE owner_id = p->>'ownerId' AND conversation_id = p->>'conversationId';
  IF pinned >= (p->>'most')::integer THEN
    RETURN '{"outcome": "too_many"}';
  END IF;
  INSERT INTO conversation_notes (owner_id, conversation_id, note_id)
  VALUES (p->>'ownerId', p->>'conversationId', p->>'noteId') ON CONFLICT DO NOTHING;
  RETURN '{"outcome": "pinned"}';
END $$;

-- Arguments: ownerId, conversationId, noteId. Outcomes: unpinned (now or before), not_found.
CREATE OR REPLACE FUNCTION unpin_note(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM conversations WHERE owner_id = p->>'ownerId' AND id = p->>'conversationId'
      AND deleted_at IS NULL)
    OR NOT EXISTS (SELECT FROM notes WHERE owner_id = p->>'ownerId' AND id = p->>'noteId') THEN
    RETURN '{"outcome": "not_found"}';
  END IF;
  DELETE FROM conversation_notes WHERE owner_id = p->>'ownerId' AND conversation_id = p->>'conversationId'
    AND note_id = p->>'noteId';
  RETURN '{"outcome": "unpinned"}';
END $$;
