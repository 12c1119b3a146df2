-- Makes room for a new reply as `onBusy` says; null, or the refusal. The caller holds the conversation's lock. A message
-- that is asked again is not discarded with the reply that it had so far.
CREATE OR REPLACE FUNCTION make_way(c conversations, p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  r replies;
  cancelled jsonb := '[]';
BEGIN
  IF p->>'onBusy' = 'enqueue' THEN
    RETURN cancelled;
  END IF;
  FOR r IN SELECT * FROM replies WHERE owner_id = c.owner_id AND conversation_id = c.id
    AND finished_at IS NULL ORDER BY ordinal FOR NO KEY UPDATE
  LOOP
    IF p->>'onBusy' = 'reject' THEN
      PERFORM refuse(jsonb_build_object('outcome', 'busy', 'replyId', r.id));
    END IF;
    r := end_reply(r, 'cancelled', charge_so_far(r), '{}');
    IF p->>'onBusy' = 'rollback' AND r.message_id IS DISTINCT FROM p->>'messageId'
      AND NOT EXISTS (SELECT FROM replies WHERE owner_id = r.owner_id
        AND message_id = r.message_id AND assistant_message_id IS NOT NULL) THEN
      PERFORM discard_message(c, r.message_id);
    END IF;
    cancelled := cancelled || to_jsonb(r);
  END LOOP;
  RETURN cancelled;
END $$;
--> statement-breakpoint
-- POST …/messages/{messageId}/replies. Arguments as of send_message, less the message's own. Whether there is such a
-- message comes before whether the conversation is busy.
CREATE OR REPLACE FUNCTION ask_again(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  c conversations;
  m messages;
  earlier jsonb := asked_before(p);
  cancelled jsonb;
  reply jsonb;
  answer text;
BEGIN
  IF earlier IS NOT NULL THEN
    RETURN earlier;
  END IF;
  SELECT * INTO c FROM conversations WHERE owner_id = p->>'ownerId' AND id = p->>'conversationId'
    AND deleted_at IS NULL FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN '{"outcome": "not_found"}';
  END IF;
  earlier := asked_before(p);
  IF earlier IS NOT NULL THEN
    RETURN earlier;
  END IF;
  SELECT * INTO m FROM messages
  WHERE owner_id = c.owner_id AND id = p->>'messageId' AND conversation_id = c.id;
  IF NOT FOUND THEN
    RETURN '{"outcome": "not_found"}';
  END IF;
  IF m.role <> 'user' OR m.is_deleted THEN
    RETURN '{"outcome": "not_askable"}';
  END IF;
  cancelled := make_way(c, p);
  UPDATE messages SET reply_id = p->>'replyId', version = version + 1, updated_at = now()
  WHERE owner_id = c.owner_id AND id = m.id
  RETURNING * INTO m;
  reply := queue_reply(c, m, p);
  RETURN jsonb_build_object('outcome', 'sent', 'message', to_jsonb(m), 'reply', reply, 'cancelled', cancelled);
EXCEPTION
  WHEN SQLSTATE 'PY001' THEN
    GET STACKED DIAGNOSTICS answer = PG_EXCEPTION_DETAIL;
    RETURN answer::jsonb;
  WHEN unique_violation THEN
    earlier := asked_before(p);
    IF earlier IS NULL THEN
      RAISE;
    END IF;
    RETURN earlier;
END $$;
