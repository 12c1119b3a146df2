-- The same for an estimate, oldest first and an object for each message.
CREATE OR REPLACE FUNCTION reply_history(r replies) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
  columns json := earlier_messages(r.owner_id, r.conversation_id, r.position, r.context_tokens::bigint * 8);
BEGIN
  RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'role', role, 'content', content,
      'position', place::integer) ORDER BY newest DESC), '[]')
    FROM ROWS FROM (json_array_elements_text(columns->'ids'), json_array_elements_text(columns->'roles'),
      json_array_elements_text(columns->'contents'), json_array_elements_text(columns->'positions'))
      WITH ORDINALITY AS earlier (id, role, content, place, newest));
END $$;

-- What sending `content` would take: POST …/estimate. Arguments: ownerId, conversationId, content, model,
-- defaultModel, models. Outcomes: estimated, not_found, unknown_model. Reads what claim_for_prompt would give the
-- worker, through the same functions.
CREATE OR REPLACE FUNCTION estimate_reply(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  c conversations;
  u users;
  r replies;
  asked jsonb;
  answer text;
BEGIN
  SELECT * INTO c FROM conversations WHERE owner_id = p->>'ownerId' AND id = p->>'conversationId'
    AND deleted_at IS NULL;
  IF NOT FOUND THEN
    RETURN '{"outcome": "not_found"}';
  END IF;
  SELECT * INTO u FROM users WHERE id = c.owner_id;
  asked := asked_model(c, p);
  c.system_prompt := fill_prompt(c.system_prompt, c.metadata);
  r.owner_id := c.owner_id;
  r.conversation_id := c.id;
  r.position := c.next_position;
  r.context_tokens := (asked->>'contextTokens')::integer;
  RETURN jsonb_build_object('outcome', 'estimated', 'model', asked, 'systemPrompt', c.system_prompt,
    'highestCharge', highest_price(c, asked, p->>'content'), 'balance', u.token_balance,
    'held', u.tokens_held, 'history', reply_history(r), 'notes', reply_notes(r));
EXCEPTION
  WHEN SQLSTATE 'PY001' THEN
    GET STACKED DIAGNOSTICS answer = PG_EXCEPTION_DETAIL;
    RETURN answer::jsonb;
END $$;
