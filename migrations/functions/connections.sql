-- Where a reply stands, with its text behind the first `after` code points. Arguments: connectionId, replyId,
-- after. Outcomes: found, not_found (also for another's), closed (no such connection).
-- The lock waits for a flush or an ending under way: it has either chosen its listeners before this connection
-- was there, and then its text is in this answer, or it tells this connection too.
CREATE OR REPLACE FUNCTION follow_reply(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  owner text;
  reply replies;
  content text;
  start integer := (p->>'after')::integer;
BEGIN
  SELECT connection.owner_id INTO owner FROM connections AS connection
  WHERE connection.id = p->>'connectionId' AND may_hear(connection);
  IF owner IS NULL THEN
    RETURN '{"outcome": "closed"}';
  END IF;
  -- The lock waits for a flush or an ending under way: it has either chosen its listeners before this connection
  -- was there, and then its text is in this answer, or it tells this connection too.
  SELECT replies.* INTO reply FROM replies
  JOIN conversations AS conversation ON conversation.owner_id = replies.owner_id
    AND conversation.id = replies.conversation_id AND conversation.deleted_at IS NULL
  WHERE replies.owner_id = owner AND replies.id = p->>'replyId' FOR SHARE OF replies;
  IF reply.id IS NULL THEN
    RETURN jsonb_build_object('outcome', 'not_found', 'ownerId', owner);
  END IF;
  content := reply.partial_text;
  -- The text of an answered reply is its message's; an edited one is not what was streamed.
  IF reply.assistant_message_id IS NOT NULL THEN
    SELECT message.content INTO content FROM messages AS message WHERE message.owner_id = owner
      AND message.id = reply.assistant_message_id AND NOT message.is_deleted AND NOT message.is_edited;
  END IF;
  -- A client that has more than there is has the text of an earlier attempt.
  IF start > char_length(coalesce(content, '')) THEN
    start := 0;
  END IF;
  RETURN jsonb_build_object('outcome', 'found', 'ownerId', owner, 'reply', reply_state(reply), 'offset', start,
    'text', substr(coalesce(content, ''), start + 1));
END $$;
