-- Arguments: ownerId, conversationId, days. Outcomes: restored (or never deleted), not_found, gone.
CREATE OR REPLACE FUNCTION restore_conversation(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  c conversations;
BEGIN
  SELECT * INTO c FROM conversations WHERE owner_id = p->>'ownerId' AND id = p->>'conversationId' FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN '{"outcome": "not_found"}';
  END IF;
  IF c.deleted_at < now() - make_interval(days => (p->>'days')::integer) THEN
    RETURN '{"outcome": "gone"}';
  END IF;
  UPDATE conversations SET deleted_at = NULL, version = version + 1, updated_at = now()
  WHERE owner_id = c.owner_id AND id = c.id AND deleted_at IS NOT NULL RETURNING * INTO c;
  IF NOT FOUND THEN
    SELECT * INTO c FROM conversations WHERE owner_id = p->>'ownerId' AND id = p->>'conversationId';
  END IF;
  RETURN jsonb_build_object('outcome', 'restored', 'conversation', conversation_json(c));
END $$;
