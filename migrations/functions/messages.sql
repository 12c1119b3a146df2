-- Soft delete of one message in a conversation that the caller has locked.
CREATE OR REPLACE FUNCTION discard_message(c conversations, p_message_id text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  active boolean;
BEGIN
  UPDATE messages SET is_deleted = true, version = version + 1, updated_at = now()
  WHERE owner_id = c.owner_id AND id = p_message_id AND NOT is_deleted RETURNING is_active INTO active;
  UPDATE conversations SET message_count = message_count - 1, version = version + 1, updated_at = now()
  WHERE owner_id = c.owner_id AND id = c.id AND active;
END $$;

-- Cancels the unfinished replies of a conversation, or of one of its messages; the caller holds the lock.
CREATE OR REPLACE FUNCTION cancel_unfinished(c conversations, p_message_id text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  r replies;
  cancelled jsonb := '[]';
BEGIN
  FOR r IN SELECT * FROM replies WHERE owner_id = c.owner_id AND conversation_id = c.id
    AND finished_at IS NULL AND (p_message_id IS NULL OR message_id = p_message_id) ORDER BY ordinal FOR NO KEY UPDATE
  LOOP
    r := end_reply(r, 'cancelled', charge_so_far(r), '{}');
    cancelled := cancelled || to_jsonb(r);
  END LOOP;
  RETURN cancelled;
END $$;

-- Arguments: ownerId, conversationId, messageId, content, metadata (absent: unchanged), expectedVersion.
-- Outcomes: edited, not_found, stale, deleted.
CREATE OR REPLACE FUNCTION edit_message(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  m messages;
BEGIN
  SELECT messages.* INTO m FROM messages JOIN conversations AS c
    ON c.owner_id = messages.owner_id AND c.id = messages.conversation_id AND c.deleted_at IS NULL
  WHERE messages.owner_id = p->>'ownerId' AND messages.id = p->>'messageId'
    AND messages.conversation_id = p->>'conversationId' FOR NO KEY UPDATE OF messages;
  IF m.id IS NULL THEN
    RETURN '{"outcome": "not_found"}';
  END IF;
  IF m.version <> (p->>'expectedVersion')::integer THEN
    RETURN '{"outcome": "stale"}';
  END IF;
  IF m.is_deleted THEN
    RETURN '{"outcome": "deleted"}';
  END IF;
  IF p->>'content' <> m.content THEN
    INSERT INTO message_versions (owner_id, message_id, version, content)
    VALUES (m.owner_id, m.id, m.version, m.content);
    m.is_edited := true;
  END IF;
  UPDATE messages SET content = coalesce(p->>'content', content), metadata = coalesce(p->'metadata', metadata),
    is_edited = m.is_edited, version = version + 1, updated_at = now()
  WHERE owner_id = m.owner_id AND id = m.id RETURNING * INTO m;
  RETURN jsonb_build_object('outcome', 'edited', 'message', to_jsonb(m));
END $$;

-- Arguments: ownerId, conversationId, messageId, expectedVersion (null: any). Outcomes: deleted, not_found, stale.
CREATE OR REPLACE FUNCTION delete_message(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  c conversations;
  m messages;
  cancelled jsonb;
BEGIN
  SELECT * INTO c FROM conversations WHERE owner_id = p->>'ownerId' AND id = p->>'conversationId'
    AND deleted_at IS NULL FOR NO KEY UPDATE;
  SELECT * INTO m FROM messages WHERE owner_id = c.owner_id AND id = p->>'messageId' AND conversation_id = c.id;
  IF m.id IS NULL THEN
    RETURN '{"outcome": "not_found"}';
  END IF;
  IF m.version <> (p->>'expectedVersion')::integer THEN
    RETURN '{"outcome": "stale"}';
  END IF;
  cancelled := cancel_unfinished(c, m.id);
  PERFORM discard_message(c, m.id);
  RETURN jsonb_build_object('outcome', 'deleted', 'cancelled', cancelled,
    'nextReplyId', next_reply(c.owner_id, c.id));
END $$;

-- Arguments: ownerId, conversationId, expectedVersion. Outcomes: deleted, not_found, stale.
CREATE OR REPLACE FUNCTION delete_conversation(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  c conversations;
  cancelled jsonb;
BEGIN
  SELECT * INTO c FROM conversations WHERE owner_id = p->>'ownerId' AND id = p->>'conversationId'
    AND deleted_at IS NULL FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN '{"outcome": "not_found"}';
  END IF;
  IF c.version <> (p->>'expectedVersion')::integer THEN
    RETURN '{"outcome": "stale"}';
  END IF;
  cancelled := cancel_unfinished(c, NULL);
  UPDATE conversations SET deleted_at = now(), version = version + 1, updated_at = now()
  WHERE owner_id = c.owner_id AND id = c.id;
  RETURN jsonb_build_object('outcome', 'deleted', 'cancelled', cancelled);
END $$;
