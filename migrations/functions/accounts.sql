-- Cancels unfinished replies of a user, keeping their text. Arguments: ownerId, limit. Answers which; none when there
-- are no more. Every lock on a conversation comes before the user's.
CREATE OR REPLACE FUNCTION cancel_replies(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  owner text := p->>'ownerId';
  reply replies;
  cancelled jsonb := '[]';
  threads text[] := ARRAY(SELECT DISTINCT conversation_id FROM replies
    WHERE owner_id = owner AND finished_at IS NULL ORDER BY 1 LIMIT (p->>'limit')::integer);
BEGIN
  PERFORM FROM conversations WHERE owner_id = owner AND id = ANY (threads) ORDER BY id FOR NO KEY UPDATE;
  PERFORM FROM replies WHERE owner_id = owner AND conversation_id = ANY (threads) AND finished_at IS NULL
    ORDER BY conversation_id, ordinal FOR NO KEY UPDATE;
  FOR reply IN SELECT * FROM replies WHERE owner_id = owner AND conversation_id = ANY (threads)
    AND finished_at IS NULL ORDER BY conversation_id, ordinal
  LOOP
    reply := stop_reply(reply, false);
    cancelled := cancelled || jsonb_build_object('id', reply.id, 'conversationId', reply.conversation_id);
  END LOOP;
  RETURN jsonb_build_object('outcome', 'cancelled', 'cancelled', cancelled);
END $$;
