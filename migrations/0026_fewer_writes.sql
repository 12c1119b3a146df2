-- The user after one more send. Refuses it when there were too many: the one place where both limits are counted.
-- p: ratePerSecond, rateBurst, ratePerMinute; 0 is no limit.
CREATE FUNCTION with_send_rate(u users, p jsonb) RETURNS users LANGUAGE plpgsql AS $$
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
--> statement-breakpoint
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
--> statement-breakpoint
DROP FUNCTION take_send_rate(users, jsonb);
--> statement-breakpoint
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
--> statement-breakpoint
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
--> statement-breakpoint
-- Ends a reply and settles its hold. patch: what the reply gets besides (assistantMessageId, finishReason, errorCode,
-- errorMessage, context, noteIds, inputTokens, outputTokens), and messagesAdded for its conversation.
CREATE OR REPLACE FUNCTION end_reply(r replies, ending text, charge bigint, patch jsonb) RETURNS replies
LANGUAGE plpgsql AS $$
DECLARE
  debit bigint := least(greatest(charge, 0), r.tokens_held);
BEGIN
  UPDATE replies SET status = ending, finished_at = clock_timestamp(), leased_until = NULL,
    tokens_charged = debit, assistant_message_id = patch->>'assistantMessageId',
    finish_reason = patch->>'finishReason', error_code = patch->>'errorCode',
    error_message = patch->>'errorMessage', context = coalesce(patch->'context', context),
    note_ids = coalesce(patch->'noteIds', note_ids),
    input_tokens = coalesce((patch->>'inputTokens')::integer, input_tokens),
    output_tokens = coalesce((patch->>'outputTokens')::integer, output_tokens),
    -- The text of an answered reply is its message's.
    partial_text = CASE WHEN patch->>'assistantMessageId' IS NULL THEN partial_text ELSE '' END,
    sequence = sequence + 1, updated_at = now()
  WHERE owner_id = r.owner_id AND id = r.id
  RETURNING * INTO r;
  UPDATE users SET token_balance = token_balance - debit, tokens_held = tokens_held - r.tokens_held,
    version = version + 1, updated_at = now()
  WHERE id = r.owner_id;
  INSERT INTO token_ledger (id, owner_id, kind, amount, reply_id, reason)
  SELECT new_id(), r.owner_id, entry.kind, entry.amount, r.id, ending
  FROM (VALUES ('debit', debit), ('release', r.tokens_held - debit)) AS entry (kind, amount)
  WHERE entry.amount > 0;
  UPDATE conversations SET message_count = message_count + coalesce((patch->>'messagesAdded')::integer, 0),
    version = version + 1, updated_at = now()
  WHERE owner_id = r.owner_id AND id = r.conversation_id;
  RETURN r;
END $$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION finish_reply(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  r replies := lock_reply(p->>'ownerId', p->>'replyId');
  m messages;
  replaced integer;
  charge bigint := 0;
  patch jsonb := p;
BEGIN
  -- The same ending again: its first answer was lost on the way.
  IF r.finished_at IS NOT NULL AND r.attempt = (p->>'attempt')::integer AND r.status = p->>'status'
    AND r.assistant_message_id IS NOT DISTINCT FROM p->>'messageId' THEN
    SELECT * INTO m FROM messages WHERE owner_id = r.owner_id AND id = r.assistant_message_id;
    RETURN ended_json(r, m);
  END IF;
  IF r.id IS NULL OR r.status <> 'in_progress' OR r.attempt <> (p->>'attempt')::integer THEN
    RETURN '{"outcome": "lost"}';
  END IF;
  IF p->>'status' IN ('completed', 'incomplete') THEN
    UPDATE messages SET is_active = false, version = version + 1, updated_at = now()
    WHERE owner_id = r.owner_id AND conversation_id = r.conversation_id AND position = r.position AND is_active;
    GET DIAGNOSTICS replaced = ROW_COUNT;
    INSERT INTO messages (id, owner_id, conversation_id, position, role, content, reply_to, reply_id)
    VALUES (p->>'messageId', r.owner_id, r.conversation_id, r.position, 'assistant', p->>'content',
      r.message_id, r.id)
    RETURNING * INTO m;
    charge := charge_for(r, (p->>'inputTokens')::bigint, (p->>'outputTokens')::bigint);
    patch := p || jsonb_build_object('assistantMessageId', m.id, 'messagesAdded', 1 - replaced);
  END IF;
  r := end_reply(r, p->>'status', charge, patch);
  RETURN ended_json(r, m);
END $$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION ended_json(r replies, m messages) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
  -- They take up to 100 KB, and who ends a reply knows them.
  r.context := NULL;
  r.system_prompt := NULL;
  RETURN jsonb_build_object('outcome', 'finished', 'reply', to_jsonb(r),
    'message', CASE WHEN m.id IS NOT NULL THEN to_jsonb(m) END,
    'nextReplyId', next_reply(r.owner_id, r.conversation_id));
END $$;
--> statement-breakpoint
-- The newest messages before a reply that can matter to its prompt, newest first: ids, roles, contents and positions
-- side by side, which takes a third of the time of an object for each.
CREATE FUNCTION earlier_messages(p_owner_id text, p_conversation_id text, before_position integer, room bigint)
RETURNS json LANGUAGE plpgsql STABLE
-- Else it is planned at each call, for the position it is given, which takes longer than reading forty messages.
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  RETURN (SELECT json_build_object('ids', coalesce(json_agg(id), '[]'), 'roles', coalesce(json_agg(role), '[]'),
      'contents', coalesce(json_agg(content), '[]'), 'positions', coalesce(json_agg(position), '[]'))
    FROM (
      SELECT *, sum(length(content)) OVER (ORDER BY position DESC ROWS UNBOUNDED PRECEDING) - length(content) AS newer
      FROM (
        SELECT id, role, content, position FROM messages
        WHERE owner_id = p_owner_id AND conversation_id = p_conversation_id AND is_active AND NOT is_deleted
          AND position < before_position
        ORDER BY position DESC LIMIT 1000) AS newest) AS measured
    WHERE newer <= room);
END $$;
--> statement-breakpoint
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
--> statement-breakpoint
-- Takes a reply for a worker, with its notes. Arguments: ownerId, replyId, leaseSeconds. Outcomes: claimed, missing,
-- finished, blocked, leased, expired.
CREATE FUNCTION take_reply(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  r replies;
  expired jsonb;
BEGIN
  SELECT * INTO r FROM replies WHERE owner_id = p->>'ownerId' AND id = p->>'replyId';
  IF NOT FOUND THEN
    RETURN '{"outcome": "missing"}';
  END IF;
  IF r.finished_at IS NOT NULL THEN
    RETURN '{"outcome": "finished"}';
  END IF;
  IF r.deadline_at <= clock_timestamp() THEN
    SELECT coalesce(jsonb_agg(e.id), '[]') INTO expired FROM expire_replies(r.owner_id, r.conversation_id) AS e;
    RETURN jsonb_build_object('outcome', 'expired', 'ownerId', r.owner_id, 'conversationId', r.conversation_id,
      'replyIds', expired, 'nextReplyId', next_reply(r.owner_id, r.conversation_id));
  END IF;
  IF next_reply(r.owner_id, r.conversation_id) <> r.id THEN
    RETURN '{"outcome": "blocked"}';
  END IF;
  UPDATE replies SET attempt = attempt + 1, status = 'in_progress', partial_text = '', note_ids = '[]',
    sequence = sequence + 1, started_at = coalesce(started_at, clock_timestamp()), updated_at = now(),
    leased_until = clock_timestamp() + make_interval(secs => (p->>'leaseSeconds')::double precision)
  WHERE owner_id = r.owner_id AND id = r.id AND finished_at IS NULL
    AND (status = 'queued' OR leased_until < clock_timestamp())
  RETURNING * INTO r;
  IF NOT FOUND THEN
    SELECT * INTO r FROM replies WHERE owner_id = p->>'ownerId' AND id = p->>'replyId';
    RETURN jsonb_build_object('outcome', CASE WHEN r.finished_at IS NULL THEN 'leased' ELSE 'finished' END,
      'leaseSecondsLeft', extract(epoch FROM r.leased_until - clock_timestamp()));
  END IF;
  RETURN jsonb_build_object('outcome', 'claimed', 'reply', to_jsonb(r), 'notes', reply_notes(r));
END $$;
--> statement-breakpoint
-- The same, with whom to tell, and with the messages before a reply that was claimed.
CREATE FUNCTION claim_with_history(p jsonb, OUT answer jsonb, OUT news jsonb, OUT history json) LANGUAGE plpgsql AS $$
BEGIN
  answer := take_reply(p);
  news := reply_news(answer, p->>'ownerId');
  IF answer->>'outcome' = 'claimed' THEN
    history := earlier_messages(p->>'ownerId', answer->'reply'->>'conversation_id',
      (answer->'reply'->>'position')::integer, (answer->'reply'->>'context_tokens')::bigint * 8);
  END IF;
END $$;
--> statement-breakpoint
-- For workers that were deployed before claim_with_history.
CREATE OR REPLACE FUNCTION claim_reply(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  answer jsonb := take_reply(p);
  r replies;
BEGIN
  IF answer->>'outcome' = 'claimed' THEN
    SELECT * INTO r FROM replies WHERE owner_id = p->>'ownerId' AND id = p->>'replyId';
    answer := answer || jsonb_build_object('history', reply_history(r));
  END IF;
  RETURN answer;
END $$;
