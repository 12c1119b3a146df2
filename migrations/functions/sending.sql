-- A refusal inside a transaction that has already written: rolled back by the caller's exception block.
-- Its detail is the JSON answer.
CREATE OR REPLACE FUNCTION refuse(answer jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'refused' USING ERRCODE = 'PY001', DETAIL = answer::text;
END $$;

-- The user after one more send. Refuses it when there were too many: the one place where both limits are counted.
-- p: ratePerSecond, rateBurst, ratePerMinute; 0 is no limit.
CREATE OR REPLACE FUNCTION with_send_rate(u users, p jsonb) RETURNS users LANGUAGE plpgsql AS $$
DECLARE
  at timestamptz := clock_timestamp();
  per_second double precision := (p->>'ratePerSecond')::double precision;
  burst double precision := (p->>'rateBurst')::double precision;
  per_minute integer := (p->>'ratePerMinute')::integer;
BEGIN
  u.send_allowed_at := greatest(u.send_allowed_at, at);
  IF per_second > 0 THEN
    u.send_allowed_at := u.send_allowed_at + make_interval(secs => 1 / per_second);
    IF u.send_allowed_at > at + make_interval(secs => burst / per_second) THEN
      PERFORM refuse(jsonb_build_object('outcome', 'rate_limited', 'policy', 'second', 'retryAfterSeconds',
        extract(epoch FROM u.send_allowed_at - at) - burst / per_second));
    END IF;
  END IF;
  IF u.send_window_started_at IS NULL OR u.send_window_started_at + interval '60 seconds' <= at THEN
    u.send_window_started_at := at;
    u.send_window_count := 0;
  END IF;
  IF per_minute > 0 AND u.send_window_count >= per_minute THEN
    PERFORM refuse(jsonb_build_object('outcome', 'rate_limited', 'policy', 'minute', 'retryAfterSeconds',
      60 - extract(epoch FROM at - u.send_window_started_at)));
  END IF;
  u.send_window_count := u.send_window_count + 1;
  RETURN u;
END $$;

-- The model to ask: the request's, else the conversation's, else the default. `models` has limits and prices by
-- id, and under `provider/*` those of any other model of that provider. One that is not offered has its id alone.
CREATE OR REPLACE FUNCTION asked_model(c conversations, p jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  id text := coalesce(p->>'model', c.model, p->>'defaultModel');
BEGIN
  RETURN coalesce(p->'models'->id, p->'models'->(split_part(id, '/', 1) || '/*'), '{}') || jsonb_build_object('id', id);
END $$;

-- A prompt with each {{name}} replaced by that value of the metadata, however its accents are encoded. Names without a
-- value stay as written, and values are never read for names of their own. A result above 65 536 characters is not
-- made: the prompt then stays as written.
CREATE OR REPLACE FUNCTION fill_prompt(prompt text, metadata jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN prompt IS NULL OR strpos(prompt, '{{') = 0 OR sum(length(filled)) > 65536 THEN prompt
    ELSE string_agg(filled, '' ORDER BY place) END
  FROM (
    SELECT place, CASE
      WHEN place = 1 THEN part
      WHEN value IS NOT NULL THEN value || substr(part, strpos(part, '}}') + 2)
      ELSE '{{' || part END AS filled
    FROM string_to_table(prompt, '{{') WITH ORDINALITY AS parts (part, place),
      -- Braces inside make it no name: {{{x}}} stays as written.
      LATERAL (SELECT btrim(substring(part FROM '^([^{}]+)}}')) AS name) AS named,
      LATERAL (SELECT coalesce(metadata->>name, (SELECT pair.value FROM jsonb_each_text(metadata) AS pair
        WHERE normalize(pair.key) = normalize(name) LIMIT 1)) AS value) AS valued) AS pieces
$$;

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

-- Queues a reply to m with its hold; who calls it counts the conversation's next ordinal. Refuses by exception.
CREATE OR REPLACE FUNCTION queue_reply(c conversations, m messages, p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  u users;
  r replies;
  asked jsonb;
  price bigint;
BEGIN
  SELECT * INTO u FROM users WHERE id = c.owner_id FOR NO KEY UPDATE;
  IF u.disabled_at IS NOT NULL THEN
    PERFORM refuse('{"outcome": "disabled"}');
  END IF;
  u := with_send_rate(refill_tokens(u, (p->>'monthlyTokens')::bigint), p);
  asked := asked_model(c, p);
  IF asked->'contextTokens' IS NULL THEN
    PERFORM refuse(jsonb_build_object('outcome', 'unknown_model', 'model', asked->>'id'));
  END IF;
  IF strpos(c.system_prompt, '{{') > 0 THEN
    c.system_prompt := fill_prompt(c.system_prompt, c.metadata);
  END IF;
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
  UPDATE users SET tokens_held = tokens_held + price, send_allowed_at = u.send_allowed_at,
    send_window_started_at = u.send_window_started_at, send_window_count = u.send_window_count,
    version = version + 1, updated_at = now()
  WHERE id = c.owner_id;
  INSERT INTO token_ledger (id, owner_id, kind, amount, reply_id, reason)
  VALUES (new_id(), c.owner_id, 'hold', price, r.id, 'reply');
  -- Up to 64 KB that the asker does not read.
  r.system_prompt := NULL;
  RETURN to_jsonb(r);
END $$;

-- What an earlier request with this key made, or null.
CREATE OR REPLACE FUNCTION sent_before(p jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
  m messages;
  r replies;
BEGIN
  IF p->>'idempotencyKey' IS NULL THEN
    RETURN NULL;
  END IF;
  SELECT * INTO m FROM messages
  WHERE owner_id = p->>'ownerId' AND idempotency_key = p->>'idempotencyKey';
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  IF m.idempotency_fingerprint <> p->>'idempotencyFingerprint' THEN
    RETURN '{"outcome": "mismatch"}';
  END IF;
  -- The first reply to it: a later "ask again" is another request's.
  SELECT * INTO r FROM replies WHERE owner_id = m.owner_id AND message_id = m.id ORDER BY ordinal LIMIT 1;
  RETURN jsonb_build_object('outcome', 'replayed', 'message', to_jsonb(m),
    'reply', CASE WHEN r.id IS NULL THEN NULL ELSE to_jsonb(r) END);
END $$;

-- One message into a conversation that the caller has locked; a user message also queues its reply.
CREATE OR REPLACE FUNCTION add_message(c conversations, p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  m messages;
  reply jsonb;
  cancelled jsonb := '[]';
  questions integer := CASE WHEN p->>'role' = 'user' THEN 1 ELSE 0 END;
BEGIN
  IF p->>'replyTo' IS NOT NULL AND NOT EXISTS (SELECT FROM messages WHERE owner_id = c.owner_id
    AND id = p->>'replyTo' AND conversation_id = c.id) THEN
    PERFORM refuse('{"outcome": "reply_to_not_found"}');
  END IF;
  IF questions > 0 THEN
    cancelled := make_way(c, p);
  END IF;
  INSERT INTO messages (id, owner_id, conversation_id, position, role, content, reply_to, reply_id, metadata,
    idempotency_key, idempotency_fingerprint)
  VALUES (p->>'messageId', c.owner_id, c.id, c.next_position, p->>'role', p->>'content', p->>'replyTo',
    CASE WHEN questions > 0 THEN p->>'replyId' END, coalesce(p->'metadata', '{}'), p->>'idempotencyKey',
    p->>'idempotencyFingerprint')
  RETURNING * INTO m;
  IF questions > 0 THEN
    reply := queue_reply(c, m, p);
  END IF;
  -- A question also reserves the position of its answer, so that two quick ones still read in turns.
  UPDATE conversations SET next_position = next_position + 1 + questions, next_ordinal = next_ordinal + questions,
    message_count = message_count + 1, version = version + 1, updated_at = now()
  WHERE owner_id = c.owner_id AND id = c.id;
  RETURN jsonb_build_object('outcome', 'sent', 'message', to_jsonb(m), 'reply', reply, 'cancelled', cancelled);
END $$;

-- POST …/messages. Arguments: ownerId, conversationId, messageId, replyId, role, content, replyTo, metadata,
-- onBusy, model, defaultModel, models (by id: contextTokens, maxOutputTokens, priceFlat | priceInput +
-- priceOutput), deadlineSeconds, ratePerSecond, rateBurst, ratePerMinute, idempotencyKey, idempotencyFingerprint.
CREATE OR REPLACE FUNCTION send_message(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  c conversations;
  earlier jsonb := sent_before(p);
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
  -- The twin of this request may have held the lock.
  earlier := sent_before(p);
  IF earlier IS NOT NULL THEN
    RETURN earlier;
  END IF;
  RETURN add_message(c, p);
EXCEPTION
  WHEN SQLSTATE 'PY001' THEN
    GET STACKED DIAGNOSTICS answer = PG_EXCEPTION_DETAIL;
    RETURN answer::jsonb;
  WHEN unique_violation THEN
    -- The same key in another conversation, at the same time.
    earlier := sent_before(p);
    IF earlier IS NULL THEN
      RAISE;
    END IF;
    RETURN earlier;
END $$;

CREATE OR REPLACE FUNCTION asked_before(p jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
  r replies;
  m messages;
BEGIN
  IF p->>'replyIdempotencyKey' IS NULL THEN
    RETURN NULL;
  END IF;
  SELECT * INTO r FROM replies
  WHERE owner_id = p->>'ownerId' AND idempotency_key = p->>'replyIdempotencyKey';
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  IF r.idempotency_fingerprint <> p->>'replyIdempotencyFingerprint' THEN
    RETURN '{"outcome": "mismatch"}';
  END IF;
  SELECT * INTO m FROM messages WHERE owner_id = r.owner_id AND id = r.message_id;
  RETURN jsonb_build_object('outcome', 'replayed', 'message', to_jsonb(m), 'reply', to_jsonb(r));
END $$;

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
  UPDATE conversations SET next_ordinal = next_ordinal + 1, version = version + 1, updated_at = now()
  WHERE owner_id = c.owner_id AND id = c.id;
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

-- The row and the unfinished reply that is next in order.
CREATE OR REPLACE FUNCTION conversation_json(c conversations) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT to_jsonb(c) || jsonb_build_object('active_reply_id', next_reply(c.owner_id, c.id))
$$;

CREATE OR REPLACE FUNCTION created_before(p jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
  c conversations;
  m messages;
  r replies;
BEGIN
  IF p->>'conversationIdempotencyKey' IS NULL THEN
    RETURN NULL;
  END IF;
  SELECT * INTO c FROM conversations
  WHERE owner_id = p->>'ownerId' AND idempotency_key = p->>'conversationIdempotencyKey';
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  IF c.idempotency_fingerprint <> p->>'conversationIdempotencyFingerprint' THEN
    RETURN '{"outcome": "mismatch"}';
  END IF;
  IF p->>'content' IS NOT NULL THEN
    SELECT * INTO m FROM messages WHERE owner_id = c.owner_id AND conversation_id = c.id AND is_active
    ORDER BY position LIMIT 1;
    SELECT * INTO r FROM replies WHERE owner_id = c.owner_id AND message_id = m.id ORDER BY ordinal LIMIT 1;
    RETURN jsonb_build_object('outcome', 'replayed', 'conversation', conversation_json(c),
      'message', to_jsonb(m), 'reply', to_jsonb(r));
  END IF;
  RETURN jsonb_build_object('outcome', 'replayed', 'conversation', conversation_json(c));
END $$;

-- POST /v1/conversations. Arguments: ownerId, conversationId, title, description, systemPrompt (absent: the
-- caller's default), systemPromptId, conversationModel, metadata, and with `content` those of send_message.
CREATE OR REPLACE FUNCTION create_conversation(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  c conversations;
  prompt system_prompts;
  earlier jsonb := created_before(p);
  sent jsonb := '{}';
  answer text;
BEGIN
  IF earlier IS NOT NULL THEN
    RETURN earlier;
  END IF;
  IF p->>'systemPromptId' IS NOT NULL THEN
    SELECT * INTO prompt FROM system_prompts WHERE id = p->>'systemPromptId'
      AND may_use_prompt(system_prompts, p->>'ownerId');
    IF NOT FOUND THEN
      RETURN '{"outcome": "prompt_not_found"}';
    END IF;
  ELSIF NOT p ? 'systemPrompt' AND NOT p ? 'systemPromptId' THEN
    SELECT * INTO prompt FROM system_prompts WHERE owner_id = p->>'ownerId' AND is_default;
  END IF;
  INSERT INTO conversations (id, owner_id, title, description, system_prompt, system_prompt_id, model, metadata,
    idempotency_key, idempotency_fingerprint)
  VALUES (p->>'conversationId', p->>'ownerId', p->>'title', p->>'description',
    coalesce(prompt.content, p->>'systemPrompt'), prompt.id, p->>'conversationModel',
    coalesce(p->'metadata', '{}'), p->>'conversationIdempotencyKey', p->>'conversationIdempotencyFingerprint')
  RETURNING * INTO c;
  IF p->>'content' IS NOT NULL THEN
    sent := add_message(c, p - 'metadata');
    SELECT * INTO c FROM conversations WHERE owner_id = c.owner_id AND id = c.id;
  END IF;
  RETURN sent || jsonb_build_object('outcome', 'created', 'conversation', conversation_json(c));
EXCEPTION
  WHEN SQLSTATE 'PY001' THEN
    GET STACKED DIAGNOSTICS answer = PG_EXCEPTION_DETAIL;
    RETURN answer::jsonb;
  WHEN unique_violation THEN
    earlier := created_before(p);
    IF earlier IS NULL THEN
      RAISE;
    END IF;
    RETURN earlier;
END $$;
