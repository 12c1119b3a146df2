-- The deadline counts from when the conversation's lock was had: counted from the start of the statement, a question
-- that waited for the lock could be due before the one in front of it.
CREATE OR REPLACE FUNCTION queue_reply(c conversations, m messages, p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  u users;
  r replies;
  refusal jsonb;
  asked jsonb;
  price bigint;
BEGIN
  SELECT * INTO u FROM users WHERE id = c.owner_id FOR NO KEY UPDATE;
  IF u.disabled_at IS NOT NULL THEN
    PERFORM refuse('{"outcome": "disabled"}');
  END IF;
  refusal := take_send_rate(u, p);
  IF refusal IS NOT NULL THEN
    PERFORM refuse(refusal);
  END IF;
  u := refill_tokens(u, (p->>'monthlyTokens')::bigint);
  asked := asked_model(c, p);
  c.system_prompt := fill_prompt(c.system_prompt, c.metadata);
  -- The message is among the stored ones already.
  price := highest_price(c, asked, '');
  IF u.token_balance - u.tokens_held < price THEN
    PERFORM refuse(jsonb_build_object('outcome', 'insufficient_tokens', 'balance', u.token_balance,
      'held', u.tokens_held, 'price', price));
  END IF;
  INSERT INTO replies (id, owner_id, conversation_id, message_id, ordinal, position, model, context_tokens,
    max_output_tokens, system_prompt, deadline_at, price_flat, price_input, price_output, tokens_held,
    idempotency_key, idempotency_fingerprint)
  VALUES (p->>'replyId', c.owner_id, c.id, m.id, c.next_ordinal, m.position + 1, asked->>'id',
    (asked->>'contextTokens')::integer, (asked->>'maxOutputTokens')::integer, c.system_prompt,
    clock_timestamp() + make_interval(secs => (p->>'deadlineSeconds')::double precision), (asked->>'priceFlat')::integer,
    (asked->>'priceInput')::double precision, (asked->>'priceOutput')::double precision, price,
    p->>'replyIdempotencyKey', p->>'replyIdempotencyFingerprint')
  RETURNING * INTO r;
  UPDATE users SET tokens_held = tokens_held + price, version = version + 1, updated_at = now()
  WHERE id = c.owner_id;
  INSERT INTO token_ledger (id, owner_id, kind, amount, reply_id, reason)
  VALUES (new_id(), c.owner_id, 'hold', price, r.id, 'reply');
  UPDATE conversations SET next_ordinal = next_ordinal + 1, version = version + 1, updated_at = now()
  WHERE owner_id = c.owner_id AND id = c.id;
  RETURN to_jsonb(r);
END $$;
--> statement-breakpoint
-- Ends what is past its deadline in the conversation of a reply that is. Arguments: ownerId, replyId. Outcomes:
-- expired, none.
CREATE FUNCTION time_out_reply(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  r replies;
  expired jsonb;
BEGIN
  SELECT * INTO r FROM replies WHERE owner_id = p->>'ownerId' AND id = p->>'replyId'
    AND finished_at IS NULL AND deadline_at <= clock_timestamp();
  IF NOT FOUND THEN
    RETURN '{"outcome": "none"}';
  END IF;
  SELECT coalesce(jsonb_agg(e.id), '[]') INTO expired FROM expire_replies(r.owner_id, r.conversation_id) AS e;
  RETURN jsonb_build_object('outcome', 'expired', 'ownerId', r.owner_id, 'conversationId', r.conversation_id,
    'replyIds', expired, 'nextReplyId', next_reply(r.owner_id, r.conversation_id));
END $$;
