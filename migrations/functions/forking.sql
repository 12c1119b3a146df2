-- What an earlier request with this key has forked, or null. What it copied is older than the fork by a few microseconds.
CREATE OR REPLACE FUNCTION forked_before(p jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
  key text := p->>'conversationIdempotencyKey';
  conversation conversations;
  message messages;
  reply replies;
BEGIN
  IF key IS NULL THEN
    RETURN NULL;
  END IF;
  SELECT * INTO conversation FROM conversations WHERE owner_id = p->>'ownerId' AND idempotency_key = key;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  IF conversation.idempotency_fingerprint <> p->>'conversationIdempotencyFingerprint' THEN
    RETURN '{"outcome": "mismatch"}';
  END IF;
  SELECT * INTO message FROM messages WHERE owner_id = conversation.owner_id AND idempotency_key = key;
  SELECT * INTO reply FROM replies WHERE owner_id = message.owner_id AND message_id = message.id ORDER BY ordinal LIMIT 1;
  RETURN jsonb_build_object('outcome', 'replayed', 'conversation', conversation_json(conversation),
    'message', CASE WHEN message.id IS NOT NULL THEN to_jsonb(message) END,
    'reply', CASE WHEN reply.id IS NOT NULL THEN to_jsonb(reply) END,
    'copied', (SELECT count(*) FROM messages AS copy WHERE copy.owner_id = conversation.owner_id
      AND copy.conversation_id = conversation.id AND copy.created_at < conversation.created_at));
END $$;

-- Copies the messages before one of a conversation to another conversation of its owner, at their positions; with
-- `included` that one as well, whether or not a later answer has replaced it. Deleted messages, earlier texts, replaced
-- answers and replies stay behind. Answers how many. One statement, which locks nothing of what it reads.
CREATE OR REPLACE FUNCTION copy_messages(fork conversations, point messages, included boolean) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
  copies integer;
BEGIN
  WITH copied AS MATERIALIZED (
    SELECT original.*, new_id() AS copy_id
    FROM (
      SELECT id, "position", role, content, reply_to, metadata FROM messages
      WHERE owner_id = point.owner_id AND conversation_id = point.conversation_id AND is_active AND NOT is_deleted
        AND "position" < point.position
      UNION ALL
      -- Read again: what is copied is one moment's.
      SELECT id, "position", role, content, reply_to, metadata FROM messages
      WHERE included AND owner_id = point.owner_id AND id = point.id AND NOT is_deleted
    ) AS original)
  INSERT INTO messages (id, owner_id, conversation_id, "position", role, content, reply_to, metadata, created_at)
  SELECT copied.copy_id, fork.owner_id, fork.id, copied.position, copied.role, copied.content, answered.copy_id,
    copied.metadata, now() - (point.position - copied.position + 1) * interval '1 microsecond'
  FROM copied LEFT JOIN copied AS answered ON answered.id = copied.reply_to
  ORDER BY copied.position;
  GET DIAGNOSTICS copies = ROW_COUNT;
  RETURN copies;
END $$;

-- POST /v1/conversations/{conversationId}/fork. Arguments: ownerId, sourceId, sourceMessageId, include, conversationId
-- (of the fork), conversationIdempotencyKey, conversationIdempotencyFingerprint, and with `content` those of
-- send_message. Outcomes: created, replayed, mismatch, not_found, point_deleted, and why nothing was sent.
CREATE OR REPLACE FUNCTION fork_conversation(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  included boolean := (p->>'include')::boolean;
  source conversations;
  point messages;
  conversation conversations;
  before users;
  copies integer;
  earlier jsonb := forked_before(p);
  sent jsonb := '{}';
  answer text;
BEGIN
  IF earlier IS NOT NULL THEN
    RETURN earlier;
  END IF;
  SELECT * INTO source FROM conversations WHERE owner_id = p->>'ownerId' AND id = p->>'sourceId' AND deleted_at IS NULL;
  SELECT * INTO point FROM messages
  WHERE owner_id = source.owner_id AND id = p->>'sourceMessageId' AND conversation_id = source.id;
  IF point.id IS NULL THEN
    RETURN '{"outcome": "not_found"}';
  END IF;
  IF included AND point.is_deleted THEN
    RETURN '{"outcome": "point_deleted"}';
  END IF;
  -- Before the user, whom the new row locks: who deletes a note has both in this order.
  PERFORM FROM notes AS note JOIN conversation_notes AS pin ON pin.owner_id = note.owner_id AND pin.note_id = note.id
  WHERE pin.owner_id = source.owner_id AND pin.conversation_id = source.id
  ORDER BY note.id FOR KEY SHARE OF note;
  SELECT * INTO before FROM users WHERE id = source.owner_id;
  INSERT INTO conversations (id, owner_id, title, title_source, description, system_prompt, system_prompt_id, model,
    settings, metadata, tags, expires_in_days, forked_from_conversation_id, forked_from_message_id, idempotency_key, idempotency_fingerprint)
  VALUES (p->>'conversationId', source.owner_id, source.title, source.title_source, source.description,
    source.system_prompt, source.system_prompt_id, source.model, source.settings, source.metadata, source.tags, source.expires_in_days, source.id, point.id,
    p->>'conversationIdempotencyKey', p->>'conversationIdempotencyFingerprint')
  RETURNING * INTO conversation;
  copies := copy_messages(conversation, point, included);
  IF included AND NOT EXISTS (SELECT FROM messages WHERE owner_id = conversation.owner_id
    AND conversation_id = conversation.id AND "position" = point.position AND is_active) THEN
    PERFORM refuse('{"outcome": "point_deleted"}');
  END IF;
  -- A question that was copied without its answer keeps the position of one, for it may be asked again.
  UPDATE conversations SET message_count = copies,
    next_position = coalesce((SELECT message.position + CASE message.role WHEN 'user' THEN 2 ELSE 1 END
      FROM messages AS message WHERE message.owner_id = conversation.owner_id
        AND message.conversation_id = conversation.id AND message.is_active
      ORDER BY message.position DESC LIMIT 1), 1),
    -- The words of a first message that was not copied name another conversation.
    title = CASE WHEN copies = 0 AND title_source <> 'user' THEN NULL ELSE title END,
    title_source = CASE WHEN copies = 0 AND title_source <> 'user' THEN NULL ELSE title_source END
  WHERE owner_id = conversation.owner_id AND id = conversation.id RETURNING * INTO conversation;
  INSERT INTO conversation_notes (owner_id, conversation_id, note_id, created_at)
  SELECT pin.owner_id, conversation.id, pin.note_id, pin.created_at FROM conversation_notes AS pin
  WHERE pin.owner_id = source.owner_id AND pin.conversation_id = source.id;
  IF p->>'content' IS NOT NULL THEN
    sent := add_message(conversation, p || jsonb_build_object('metadata', coalesce(p->'messageMetadata', '{}'),
      'idempotencyKey', p->'conversationIdempotencyKey',
      'idempotencyFingerprint', p->'conversationIdempotencyFingerprint'));
    SELECT * INTO conversation FROM conversations WHERE owner_id = conversation.owner_id AND id = conversation.id;
  END IF;
  PERFORM require_room(before);
  RETURN sent || jsonb_build_object('outcome', 'created', 'conversation', conversation_json(conversation),
    'copied', copies);
EXCEPTION
  WHEN SQLSTATE 'PY001' THEN
    GET STACKED DIAGNOSTICS answer = PG_EXCEPTION_DETAIL;
    RETURN answer::jsonb;
  WHEN unique_violation THEN
    earlier := forked_before(p);
    IF earlier IS NULL THEN
      RAISE;
    END IF;
    RETURN earlier;
END $$;
