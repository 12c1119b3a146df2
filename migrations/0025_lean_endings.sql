-- Locks the conversation of a reply, then the reply; a null row where there is none. Each by its own key: joined, a
-- plan that was made while the tables were small goes through all of the owner's conversations or replies.
CREATE OR REPLACE FUNCTION lock_reply(p_owner_id text, p_reply_id text) RETURNS replies LANGUAGE plpgsql AS $$
DECLARE
  r replies;
BEGIN
  SELECT conversation_id INTO r.conversation_id FROM replies WHERE owner_id = p_owner_id AND id = p_reply_id;
  PERFORM FROM conversations WHERE owner_id = p_owner_id AND id = r.conversation_id FOR NO KEY UPDATE;
  SELECT * INTO r FROM replies WHERE owner_id = p_owner_id AND id = p_reply_id FOR NO KEY UPDATE;
  RETURN r;
END $$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION ended_json(r replies, m messages) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
  -- It names up to a thousand messages, and who ends a reply has just said it.
  r.context := NULL;
  RETURN jsonb_build_object('outcome', 'finished', 'reply', to_jsonb(r),
    'message', CASE WHEN m.id IS NOT NULL THEN to_jsonb(m) END,
    'nextReplyId', next_reply(r.owner_id, r.conversation_id));
END $$;
