-- Soft delete of one message in a conversation that the caller has locked.
CREATE OR REPLACE FUNCTION discard_message(conversation conversations, p_message_id text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  active boolean;
BEGIN
  UPDATE messages SET is_deleted = true, version = version + 1, updated_at = now()
  WHERE owner_id = conversation.owner_id AND id = p_message_id AND NOT is_deleted RETURNING is_active INTO active;
  UPDATE conversations SET message_count = message_count - 1, version = version + 1, updated_at = now()
  WHERE owner_id = conversation.owner_id AND id = conversation.id AND active;
END $$;

-- Cancels the unfinished replies of a conversation, or those of one of its messages, which is taken away. The caller holds
-- the lock.
CREATE OR REPLACE FUNCTION cancel_unfinished(conversation conversations, p_message_id text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  reply replies;
  cancelled jsonb := '[]';
BEGIN
  FOR reply IN SELECT * FROM replies WHERE owner_id = conversation.owner_id AND conversation_id = conversation.id
    AND finished_at IS NULL AND (p_message_id IS NULL OR message_id = p_message_id) ORDER BY ordinal FOR NO KEY UPDATE
  LOOP
    reply := stop_reply(reply, p_message_id IS NOT NULL);
    cancelled := cancelled || to_jsonb(reply);
  END LOOP;
  RETURN cancelled;
END $$;

-- Arguments: ownerId, conversationId, messageId, content, metadata (absent: unchanged), expectedVersion.
-- Outcomes: edited, not_found, stale, deleted.
CREATE OR REPLACE FUNCTION edit_message(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  new_content text := p->>'content';
  message messages;
  reply replies;
  answers integer;
  before users;
BEGIN
  SELECT * INTO before FROM users WHERE id = p->>'ownerId';
  -- Before the message: what is counted of the user has them locked after this, as every other change of a message has.
  PERFORM FROM conversations WHERE owner_id = p->>'ownerId' AND id = p->>'conversationId' FOR NO KEY UPDATE;
  SELECT messages.* INTO message FROM messages JOIN conversations AS conversation
    ON conversation.owner_id = messages.owner_id AND conversation.id = messages.conversation_id
    AND conversation.deleted_at IS NULL
  WHERE messages.owner_id = p->>'ownerId' AND messages.id = p->>'messageId'
    AND messages.conversation_id = p->>'conversationId' FOR NO KEY UPDATE OF messages;
  IF message.id IS NULL THEN
    RETURN '{"outcome": "not_found"}';
  END IF;
  IF message.version <> (p->>'expectedVersion')::integer THEN
    RETURN '{"outcome": "stale"}';
  END IF;
  IF message.is_deleted THEN
    RETURN '{"outcome": "deleted"}';
  END IF;
  IF new_content <> message.content THEN
    INSERT INTO message_versions (owner_id, message_id, version, content)
    VALUES (message.owner_id, message.id, message.version, message.content);
    message.is_edited := true;
  END IF;
  UPDATE messages SET content = coalesce(new_content, content), metadata = coalesce(p->'metadata', metadata),
    is_edited = message.is_edited, version = version + 1, updated_at = now()
  WHERE owner_id = message.owner_id AND id = message.id RETURNING * INTO message;
  SELECT * INTO reply FROM replies WHERE owner_id = message.owner_id AND id = message.reply_id;
  reply.context := NULL;
  reply.system_prompt := NULL;
  SELECT answer_number INTO answers FROM messages WHERE owner_id = message.owner_id
    AND conversation_id = message.conversation_id AND position = message.position AND is_active;
  PERFORM require_room(before);
  RETURN jsonb_build_object('outcome', 'edited', 'message', to_jsonb(message),
    'reply', CASE WHEN reply.id IS NOT NULL THEN to_jsonb(reply) END, 'answerCount', answers);
END $$;

-- Arguments: ownerId, conversationId, messageId, expectedVersion (null: any). Outcomes: deleted, not_found, stale.
CREATE OR REPLACE FUNCTION delete_message(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  conversation conversations;
  message messages;
  cancelled jsonb;
BEGIN
  SELECT * INTO conversation FROM conversations WHERE owner_id = p->>'ownerId' AND id = p->>'conversationId'
    AND deleted_at IS NULL FOR NO KEY UPDATE;
  SELECT * INTO message FROM messages
  WHERE owner_id = conversation.owner_id AND id = p->>'messageId' AND conversation_id = conversation.id;
  IF message.id IS NULL THEN
    RETURN '{"outcome": "not_found"}';
  END IF;
  IF message.version <> (p->>'expectedVersion')::integer THEN
    RETURN '{"outcome": "stale"}';
  END IF;
  cancelled := cancel_unfinished(conversation, message.id);
  PERFORM discard_message(conversation, message.id);
  RETURN jsonb_build_object('outcome', 'deleted', 'cancelled', cancelled,
    'nextReplyId', CASE WHEN cancelled <> '[]' THEN next_job(conversation.owner_id, conversation.id) END);
END $$;

-- Arguments: ownerId, conversationId, expectedVersion. Outcomes: deleted, not_found, stale.
CREATE OR REPLACE FUNCTION delete_conversation(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  conversation conversations;
  cancelled jsonb;
BEGIN
  SELECT * INTO conversation FROM conversations WHERE owner_id = p->>'ownerId' AND id = p->>'conversationId'
    AND deleted_at IS NULL FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN '{"outcome": "not_found"}';
  END IF;
  IF conversation.version <> (p->>'expectedVersion')::integer THEN
    RETURN '{"outcome": "stale"}';
  END IF;
  cancelled := cancel_unfinished(conversation, NULL);
  UPDATE conversations SET deleted_at = now(), version = version + 1, updated_at = now()
  WHERE owner_id = conversation.owner_id AND id = conversation.id RETURNING * INTO conversation;
  conversation.system_prompt := NULL;
  RETURN jsonb_build_object('outcome', 'deleted', 'cancelled', cancelled, 'conversation', to_jsonb(conversation),
    'nextReplyId', CASE WHEN cancelled <> '[]' THEN next_job(conversation.owner_id, conversation.id) END);
END $$;
