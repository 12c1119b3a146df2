-- Notes a connection that is being opened; the oldest of too many end. Arguments: ownerId, connectionId, apiKeyHash and
-- expiresAt (seconds since the epoch) of what it is opened with, lifetimeSeconds, maximum, settlingSeconds. Outcomes:
-- opened, refused (no such user, or the key has ended), disabled, crowded (the oldest of too many may still be about to
-- open, and could not be closed). `ended`: the owner's connections that may hear nothing any more, to be closed.
-- The lock has each see the connections of all others, and comes before or after a change to the user.
CREATE OR REPLACE FUNCTION admit_connection(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  owner text := p->>'ownerId';
  account users;
  opened connections;
  displaced text[];
  is_crowded boolean;
BEGIN
  SELECT * INTO account FROM users WHERE id = owner FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN '{"outcome": "refused"}';
  ELSIF account.disabled_at IS NOT NULL THEN
    RETURN '{"outcome": "disabled"}';
  END IF;
  SELECT array_agg(oldest.id), coalesce(bool_or(oldest.created_at
    > clock_timestamp() - make_interval(secs => (p->>'settlingSeconds')::double precision)), false)
  INTO displaced, is_crowded
  FROM (SELECT id, created_at FROM connections AS connection WHERE owner_id = owner AND may_hear(connection)
    ORDER BY created_at DESC, id OFFSET (p->>'maximum')::integer - 1) AS oldest;
  IF is_crowded THEN
    RETURN '{"outcome": "crowded"}';
  END IF;
  -- Of the two ends the earlier; the other alone where one is null.
  INSERT INTO connections (id, owner_id, api_key_hash, expires_at, created_at)
  VALUES (p->>'connectionId', owner, p->>'apiKeyHash', least(to_timestamp((p->>'expiresAt')::double precision),
    clock_timestamp() + make_interval(secs => (p->>'lifetimeSeconds')::double precision)), clock_timestamp())
  RETURNING * INTO opened;
  IF NOT may_hear(opened) THEN
    DELETE FROM connections WHERE owner_id = owner AND id = opened.id;
    RETURN '{"outcome": "refused"}';
  END IF;
  UPDATE connections SET expires_at = clock_timestamp(), updated_at = now()
  WHERE owner_id = owner AND id = ANY (displaced);
  RETURN jsonb_build_object('outcome', 'opened', 'ended', (SELECT coalesce(jsonb_agg(id ORDER BY created_at), '[]')
    FROM connections AS connection WHERE owner_id = owner AND NOT may_hear(connection)));
END $$;

-- Where a reply stands, with its text behind the first `after` code points, and what its model thought behind the first
-- `reasoningAfter`. Arguments: connectionId, replyId, after, reasoningAfter. Outcomes: found, not_found (also for another's), closed (no such connection).
CREATE OR REPLACE FUNCTION follow_reply(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  owner text;
  reply replies;
  content text;
  start integer := (p->>'after')::integer;
  reasoning_start integer := coalesce((p->>'reasoningAfter')::integer, 0);
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
  IF reasoning_start > char_length(reply.reasoning) THEN
    reasoning_start := 0;
  END IF;
  -- The text of an answered reply is its message's; an edited one is not what was streamed.
  IF reply.assistant_message_id IS NOT NULL THEN
    SELECT message.content INTO content FROM messages AS message WHERE message.owner_id = owner
      AND message.id = reply.assistant_message_id AND NOT message.is_deleted AND NOT message.is_edited;
    IF content IS NULL THEN
      reply.reasoning := '';
    END IF;
  END IF;
  -- A client that has more than there is has the text of an earlier attempt.
  IF start > char_length(coalesce(content, '')) THEN
    start := 0;
  END IF;
  RETURN jsonb_build_object('outcome', 'found', 'ownerId', owner, 'reply', reply_state(reply), 'offset', start,
    'text', substr(coalesce(content, ''), start + 1), 'reasoningOffset', reasoning_start,
    'reasoning', substr(reply.reasoning, reasoning_start + 1));
END $$;
