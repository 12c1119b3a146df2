-- Arguments: ownerId, connectionId, apiKeyHash, expiresAt (of the token, in seconds since the epoch; absent for a key),
-- lifetimeSeconds, most.
CREATE OR REPLACE FUNCTION open_connection(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  displaced jsonb;
BEGIN
  -- Of the two ends the earlier; the other alone where one is null.
  INSERT INTO connections (id, owner_id, api_key_hash, expires_at) VALUES (p->>'connectionId', p->>'ownerId',
    p->>'apiKeyHash', least(to_timestamp((p->>'expiresAt')::double precision),
      clock_timestamp() + make_interval(secs => (p->>'lifetimeSeconds')::double precision)));
  WITH oldest AS (
    SELECT id FROM connections WHERE owner_id = p->>'ownerId'
    ORDER BY created_at DESC, id OFFSET (p->>'most')::integer),
  deleted AS (
    DELETE FROM connections AS c USING oldest
    WHERE c.owner_id = p->>'ownerId' AND c.id = oldest.id RETURNING c.id)
  SELECT coalesce(jsonb_agg(id), '[]') INTO displaced FROM deleted;
  RETURN jsonb_build_object('displaced', displaced);
END $$;

-- Where a reply stands, with its text behind the first `after` code points. Arguments: connectionId, replyId,
-- after. Outcomes: found, not_found (also for another's), closed (no such connection).
-- The lock waits for a flush or an ending under way: it has either chosen its listeners before this connection
-- was there, and then its text is in this answer, or it tells this connection too.
CREATE OR REPLACE FUNCTION follow_reply(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  owner text;
  r replies;
  content text;
  start integer := (p->>'after')::integer;
BEGIN
  SELECT c.owner_id INTO owner FROM connections AS c WHERE c.id = p->>'connectionId' AND may_hear(c);
  IF owner IS NULL THEN
    RETURN '{"outcome": "closed"}';
  END IF;
  -- The lock waits for a flush or an ending under way: it has either chosen its listeners before this connection
  -- was there, and then its text is in this answer, or it tells this connection too.
  SELECT replies.* INTO r FROM replies JOIN conversations AS c ON c.owner_id = replies.owner_id
    AND c.id = replies.conversation_id AND c.deleted_at IS NULL
  WHERE replies.owner_id = owner AND replies.id = p->>'replyId' FOR SHARE OF replies;
  IF r.id IS NULL THEN
    RETURN jsonb_build_object('outcome', 'not_found', 'ownerId', owner);
  END IF;
  content := r.partial_text;
  -- The text of an answered reply is its message's; an edited one is not what was streamed.
  IF r.assistant_message_id IS NOT NULL THEN
    SELECT m.content INTO content FROM messages AS m WHERE m.owner_id = owner
      AND m.id = r.assistant_message_id AND NOT m.is_deleted AND NOT m.is_edited;
  END IF;
  -- A client that has more than there is has the text of an earlier attempt.
  IF start > char_length(coalesce(content, '')) THEN
    start := 0;
  END IF;
  RETURN jsonb_build_object('outcome', 'found', 'ownerId', owner, 'reply', reply_state(r), 'offset', start,
    'text', substr(coalesce(content, ''), start + 1));
END $$;
