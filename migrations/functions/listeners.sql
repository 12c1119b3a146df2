-- The open connections of a user who is not disabled. Volatile: it must see what was committed while the
-- statement that calls it waited for a lock.
CREATE OR REPLACE FUNCTION open_connections(p_owner_id text) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  RETURN (SELECT coalesce(jsonb_agg(connection.id ORDER BY connection.created_at), '[]')
    FROM connections AS connection WHERE connection.owner_id = p_owner_id AND may_hear(connection));
END $$;

-- Whether events may still be sent to a connection.
CREATE OR REPLACE FUNCTION may_hear(connection connections) RETURNS boolean LANGUAGE sql VOLATILE AS $$
  SELECT connection.expires_at > clock_timestamp()
    AND EXISTS (SELECT FROM users WHERE id = connection.owner_id AND disabled_at IS NULL)
    AND (connection.api_key_hash IS NULL OR EXISTS (SELECT FROM api_keys WHERE owner_id = connection.owner_id
      AND lookup = left(connection.api_key_hash, 16) AND hash = connection.api_key_hash AND revoked_at IS NULL
      AND (api_keys.expires_at IS NULL OR api_keys.expires_at > clock_timestamp())))
$$;

-- What a listener is told of a reply.
CREATE OR REPLACE FUNCTION reply_state(reply replies) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT jsonb_build_object('id', reply.id, 'conversationId', reply.conversation_id, 'messageId', reply.message_id,
    'assistantMessageId', reply.assistant_message_id, 'status', reply.status, 'attempt', reply.attempt,
    'sequence', reply.sequence)
$$;

-- Whom to tell of what an answer of the other functions says has happened: the owner's open connections and, only when
-- there are any, the states of the replies that the answer names. Beside them, connections that may hear nothing any
-- more (their token has expired, their key is revoked, their user disabled): whoever tells the others closes these.
CREATE OR REPLACE FUNCTION reply_news(answer jsonb, p_owner_id text) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  ids jsonb;
  ended jsonb;
  told jsonb := '[]';
BEGIN
  SELECT coalesce(jsonb_agg(id ORDER BY created_at) FILTER (WHERE hears), '[]'),
    coalesce(jsonb_agg(id ORDER BY created_at) FILTER (WHERE NOT hears), '[]') INTO ids, ended
  FROM (SELECT connection.id, connection.created_at, may_hear(connection) AS hears
    FROM connections AS connection WHERE connection.owner_id = p_owner_id) AS all_of;
  -- Nothing has happened when a request is repeated or comes too late.
  IF ids <> '[]' AND answer->>'outcome' NOT IN ('replayed', 'repeated', 'ended') THEN
    SELECT coalesce(jsonb_agg(reply_state(reply) ORDER BY reply.conversation_id, reply.ordinal), '[]') INTO told
    FROM replies AS reply WHERE reply.owner_id = p_owner_id AND reply.id = ANY (
      ARRAY[answer->'reply'->>'id']
      || ARRAY(SELECT element->>'id' FROM jsonb_array_elements(coalesce(answer->'cancelled', '[]')) AS element)
      || ARRAY(SELECT jsonb_array_elements_text(coalesce(answer->'replyIds', '[]'))));
  END IF;
  RETURN jsonb_build_object('ownerId', p_owner_id, 'connectionIds', ids, 'endedConnectionIds', ended, 'replies', told);
END $$;

-- reply_news leaves repeated requests out by their outcome; a conversation that was swept has one too.
CREATE OR REPLACE FUNCTION sweep_replies_with_news(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  answer jsonb := sweep_replies(p);
BEGIN
  RETURN answer || jsonb_build_object('ended', (
    SELECT coalesce(jsonb_agg(element || jsonb_build_object('news',
      reply_news(element || '{"outcome": "expired"}', element->>'ownerId'))), '[]')
    FROM jsonb_array_elements(answer->'ended') AS element));
END $$;
