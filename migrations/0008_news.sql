-- The open connections of a user who is not disabled. Volatile: it must see what was committed while the
-- statement that calls it waited for a lock.
CREATE FUNCTION open_connections(p_owner_id text) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  RETURN (SELECT coalesce(jsonb_agg(c.id ORDER BY c.created_at), '[]')
    FROM connections AS c JOIN users AS u ON u.id = c.owner_id AND u.disabled_at IS NULL
    WHERE c.owner_id = p_owner_id AND c.expires_at > clock_timestamp());
END $$;
--> statement-breakpoint
-- What a listener is told of a reply.
CREATE FUNCTION reply_state(r replies) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT jsonb_build_object('id', r.id, 'conversationId', r.conversation_id, 'messageId', r.message_id,
    'assistantMessageId', r.assistant_message_id, 'status', r.status, 'attempt', r.attempt,
    'sequence', r.sequence)
$$;
--> statement-breakpoint
-- Whom to tell of what an answer of the other functions says has happened: the owner's open connections and,
-- only when there are any, the states of the replies that the answer names.
CREATE FUNCTION reply_news(answer jsonb, p_owner_id text) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  ids jsonb := open_connections(p_owner_id);
  told jsonb := '[]';
BEGIN
  -- Nothing has happened when a request is repeated or comes too late.
  IF ids <> '[]' AND answer->>'outcome' NOT IN ('replayed', 'repeated', 'ended') THEN
    SELECT coalesce(jsonb_agg(reply_state(r) ORDER BY r.conversation_id, r.ordinal), '[]') INTO told
    FROM replies AS r WHERE r.owner_id = p_owner_id AND r.id = ANY (
      ARRAY[answer->'reply'->>'id']
      || ARRAY(SELECT e->>'id' FROM jsonb_array_elements(coalesce(answer->'cancelled', '[]')) AS e)
      || ARRAY(SELECT jsonb_array_elements_text(coalesce(answer->'replyIds', '[]'))));
  END IF;
  RETURN jsonb_build_object('ownerId', p_owner_id, 'connectionIds', ids, 'replies', told);
END $$;
--> statement-breakpoint
-- sweep_replies, with the news of each conversation in which it ended replies.
CREATE FUNCTION sweep_replies_with_news(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  answer jsonb := sweep_replies(p);
BEGIN
  RETURN answer || jsonb_build_object('ended', (
    SELECT coalesce(jsonb_agg(e || jsonb_build_object('news', reply_news(e, e->>'ownerId'))), '[]')
    FROM jsonb_array_elements(answer->'ended') AS e));
END $$;
--> statement-breakpoint
-- Arguments: ownerId, connectionId, lifetimeSeconds, most. Beyond `most` the owner's oldest are forgotten;
-- answers their ids as `displaced`.
CREATE FUNCTION open_connection(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  displaced jsonb;
BEGIN
  INSERT INTO connections (id, owner_id, expires_at) VALUES (p->>'connectionId', p->>'ownerId',
    clock_timestamp() + make_interval(secs => (p->>'lifetimeSeconds')::double precision));
  WITH oldest AS (
    SELECT id FROM connections WHERE owner_id = p->>'ownerId'
    ORDER BY created_at DESC, id OFFSET (p->>'most')::integer),
  deleted AS (
    DELETE FROM connections AS c USING oldest
    WHERE c.owner_id = p->>'ownerId' AND c.id = oldest.id RETURNING c.id)
  SELECT coalesce(jsonb_agg(id), '[]') INTO displaced FROM deleted;
  RETURN jsonb_build_object('displaced', displaced);
END $$;
--> statement-breakpoint
-- Where a reply stands, with its text behind the first `after` code points. Arguments: connectionId, replyId,
-- after. Outcomes: found, not_found (also for another's), closed (no such connection).
-- The lock waits for a flush or an ending under way: it has either chosen its listeners before this connection
-- was there, and then its text is in this answer, or it tells this connection too.
CREATE FUNCTION follow_reply(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  owner text;
  r replies;
  content text;
  start integer := (p->>'after')::integer;
BEGIN
  SELECT c.owner_id INTO owner FROM connections AS c
  JOIN users AS u ON u.id = c.owner_id AND u.disabled_at IS NULL
  WHERE c.id = p->>'connectionId' AND c.expires_at > clock_timestamp();
  IF owner IS NULL THEN
    RETURN '{"outcome": "closed"}';
  END IF;
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
