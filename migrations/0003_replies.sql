-- Lock order everywhere: conversation, reply, user.
CREATE FUNCTION keep_terminal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'reply % is %: terminal states never change', OLD.id, OLD.status USING ERRCODE = 'PY002';
END $$;
--> statement-breakpoint
CREATE TRIGGER replies_keep_terminal BEFORE UPDATE OF status ON replies FOR EACH ROW
  WHEN (OLD.finished_at IS NOT NULL AND NEW.status IS DISTINCT FROM OLD.status)
  EXECUTE FUNCTION keep_terminal();
--> statement-breakpoint
-- What a reply costs for this usage: the flat price, or tokens of the model at its metered price.
CREATE FUNCTION charge_for(r replies, input bigint, output bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(r.price_flat::bigint,
    ceil((coalesce(input, 0) * r.price_input + coalesce(output, 0) * r.price_output) / 1000)::bigint)
$$;
--> statement-breakpoint
-- A reply that is cut short costs nothing before its first delta, and what was produced after it.
CREATE FUNCTION charge_so_far(r replies) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN r.partial_text = '' THEN 0 ELSE charge_for(r, r.input_tokens, r.output_tokens) END
$$;
--> statement-breakpoint
-- The only way into a terminal state: status, settlement of the hold, conversation. The caller holds the
-- locks of conversation and reply. `patch` has the columns that the ending sets.
CREATE FUNCTION end_reply(r replies, ending text, charge bigint, patch jsonb) RETURNS replies LANGUAGE plpgsql AS $$
DECLARE
  debit bigint := least(greatest(charge, 0), r.tokens_held);
BEGIN
  UPDATE replies SET status = ending, finished_at = clock_timestamp(), leased_until = NULL,
    tokens_charged = debit, assistant_message_id = patch->>'assistantMessageId',
    finish_reason = patch->>'finishReason', error_code = patch->>'errorCode',
    error_message = patch->>'errorMessage', context = coalesce(patch->'context', context),
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
  UPDATE conversations SET version = version + 1, updated_at = now()
  WHERE owner_id = r.owner_id AND id = r.conversation_id;
  RETURN r;
END $$;
--> statement-breakpoint
-- Locks the conversation of a reply, then the reply; a null row where there is none.
CREATE FUNCTION lock_reply(p_owner_id text, p_reply_id text) RETURNS replies LANGUAGE plpgsql AS $$
DECLARE
  r replies;
BEGIN
  PERFORM FROM conversations AS c JOIN replies AS wanted
    ON wanted.owner_id = c.owner_id AND wanted.conversation_id = c.id
  WHERE wanted.owner_id = p_owner_id AND wanted.id = p_reply_id FOR NO KEY UPDATE OF c;
  SELECT * INTO r FROM replies WHERE owner_id = p_owner_id AND id = p_reply_id FOR NO KEY UPDATE;
  RETURN r;
END $$;
--> statement-breakpoint
-- Fails every unfinished reply of a conversation that is past its deadline, in order.
CREATE FUNCTION expire_replies(p_owner_id text, p_conversation_id text) RETURNS setof replies LANGUAGE plpgsql AS $$
DECLARE
  r replies;
BEGIN
  PERFORM FROM conversations WHERE owner_id = p_owner_id AND id = p_conversation_id FOR NO KEY UPDATE;
  FOR r IN SELECT * FROM replies WHERE owner_id = p_owner_id AND conversation_id = p_conversation_id
    AND finished_at IS NULL AND deadline_at <= clock_timestamp() ORDER BY ordinal FOR NO KEY UPDATE
  LOOP
    RETURN NEXT end_reply(r, 'failed', 0, jsonb_build_object('errorCode', 'timed_out',
      'errorMessage', 'The reply did not finish within its deadline.'));
  END LOOP;
END $$;
--> statement-breakpoint
-- The newest active messages up to the asked one, oldest first; at most 1 000, and no more text than could
-- ever fit the model's context (a token is rarely above 8 characters).
CREATE FUNCTION reply_history(r replies) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'role', role, 'content', content,
    'position', position) ORDER BY position), '[]')
  FROM (
    SELECT *, sum(length(content)) OVER (ORDER BY position DESC) - length(content) AS newer
    FROM (
      SELECT id, role, content, position FROM messages
      WHERE owner_id = r.owner_id AND conversation_id = r.conversation_id AND is_active AND NOT is_deleted
        AND position < r.position
      ORDER BY position DESC LIMIT 1000) AS newest) AS measured
  WHERE newer <= r.context_tokens::bigint * 8
$$;
--> statement-breakpoint
-- Takes a reply for one worker. Arguments: ownerId, replyId, leaseSeconds. Outcomes: claimed (with history),
-- missing, finished, blocked (an earlier reply of the conversation is unfinished), leased, expired.
CREATE FUNCTION claim_reply(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  r replies;
  expired jsonb;
BEGIN
  SELECT * INTO r FROM replies WHERE owner_id = p->>'ownerId' AND id = p->>'replyId';
  IF NOT FOUND THEN
    RETURN '{"outcome": "missing"}';
  END IF;
  IF r.finished_at IS NULL AND r.deadline_at <= clock_timestamp() THEN
    SELECT coalesce(jsonb_agg(e.id), '[]') INTO expired FROM expire_replies(r.owner_id, r.conversation_id) AS e;
    RETURN jsonb_build_object('outcome', 'expired', 'ownerId', r.owner_id, 'conversationId', r.conversation_id,
      'replyIds', expired, 'nextReplyId', next_reply(r.owner_id, r.conversation_id));
  END IF;
  IF next_reply(r.owner_id, r.conversation_id) <> r.id THEN
    RETURN '{"outcome": "blocked"}';
  END IF;
  UPDATE replies SET attempt = attempt + 1, status = 'in_progress', partial_text = '', sequence = sequence + 1,
    started_at = coalesce(started_at, clock_timestamp()), updated_at = now(),
    leased_until = clock_timestamp() + make_interval(secs => (p->>'leaseSeconds')::double precision)
  WHERE owner_id = r.owner_id AND id = r.id AND finished_at IS NULL
    AND (status = 'queued' OR leased_until < clock_timestamp())
  RETURNING * INTO r;
  IF NOT FOUND THEN
    SELECT * INTO r FROM replies WHERE owner_id = p->>'ownerId' AND id = p->>'replyId';
    RETURN jsonb_build_object('outcome', CASE WHEN r.finished_at IS NULL THEN 'leased' ELSE 'finished' END,
      'leaseSecondsLeft', extract(epoch FROM r.leased_until - clock_timestamp()));
  END IF;
  RETURN jsonb_build_object('outcome', 'claimed', 'reply', to_jsonb(r), 'history', reply_history(r));
END $$;
--> statement-breakpoint
CREATE FUNCTION ended_json(r replies, m messages) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object('outcome', 'finished', 'reply', to_jsonb(r),
    'message', CASE WHEN m.id IS NOT NULL THEN to_jsonb(m) END,
    'nextReplyId', next_reply(r.owner_id, r.conversation_id))
$$;
--> statement-breakpoint
-- The worker's ending of its attempt. Arguments: ownerId, replyId, attempt, status, and for completed and
-- incomplete messageId + content; finishReason, errorCode, errorMessage, inputTokens, outputTokens, context.
CREATE FUNCTION finish_reply(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  r replies := lock_reply(p->>'ownerId', p->>'replyId');
  m messages;
  replaced integer := 0;
  charge bigint := 0;
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
    UPDATE conversations SET message_count = message_count + 1 - replaced
    WHERE owner_id = r.owner_id AND id = r.conversation_id;
    charge := charge_for(r, (p->>'inputTokens')::bigint, (p->>'outputTokens')::bigint);
  END IF;
  r := end_reply(r, p->>'status', charge, p || jsonb_build_object('assistantMessageId', m.id));
  RETURN ended_json(r, m);
END $$;
--> statement-breakpoint
-- Arguments: ownerId, replyId. Outcomes: cancelled, repeated (was cancelled), ended (in another way), not_found.
CREATE FUNCTION cancel_reply(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  r replies := lock_reply(p->>'ownerId', p->>'replyId');
BEGIN
  IF r.id IS NULL OR EXISTS (SELECT FROM conversations WHERE owner_id = r.owner_id AND id = r.conversation_id
    AND deleted_at IS NOT NULL) THEN
    RETURN '{"outcome": "not_found"}';
  END IF;
  IF r.finished_at IS NOT NULL THEN
    RETURN jsonb_build_object('outcome', CASE WHEN r.status = 'cancelled' THEN 'repeated' ELSE 'ended' END,
      'reply', to_jsonb(r));
  END IF;
  r := end_reply(r, 'cancelled', charge_so_far(r), '{}');
  RETURN jsonb_build_object('outcome', 'cancelled', 'reply', to_jsonb(r),
    'nextReplyId', next_reply(r.owner_id, r.conversation_id));
END $$;
--> statement-breakpoint
-- For a reply whose job cannot be processed, whoever holds it. Arguments: ownerId, replyId, errorCode,
-- errorMessage. Outcomes: failed, ended (before), not_found.
CREATE FUNCTION fail_reply(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  r replies := lock_reply(p->>'ownerId', p->>'replyId');
BEGIN
  IF r.id IS NULL THEN
    RETURN '{"outcome": "not_found"}';
  END IF;
  IF r.finished_at IS NOT NULL THEN
    RETURN jsonb_build_object('outcome', 'ended', 'reply', to_jsonb(r));
  END IF;
  r := end_reply(r, 'failed', 0, p);
  RETURN jsonb_build_object('outcome', 'failed', 'reply', to_jsonb(r),
    'nextReplyId', next_reply(r.owner_id, r.conversation_id));
END $$;
--> statement-breakpoint
-- Read repair: whose job to send again so that this reply gets on; null where a job should still be under way.
-- Arguments: ownerId, replyId, patienceSeconds. Marks the reply, so that many polls send one job.
CREATE FUNCTION repair_reply(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  r replies;
BEGIN
  SELECT head.* INTO r FROM replies AS wanted JOIN replies AS head ON head.owner_id = wanted.owner_id
    AND head.id = next_reply(wanted.owner_id, wanted.conversation_id)
  WHERE wanted.owner_id = p->>'ownerId' AND wanted.id = p->>'replyId';
  UPDATE replies SET enqueued_at = clock_timestamp()
  WHERE owner_id = r.owner_id AND id = r.id AND finished_at IS NULL
    AND enqueued_at < clock_timestamp() - make_interval(secs => (p->>'patienceSeconds')::double precision)
    AND (leased_until IS NULL OR leased_until < clock_timestamp());
  RETURN jsonb_build_object('replyId', CASE WHEN FOUND THEN r.id END);
END $$;
--> statement-breakpoint
-- Everything that jobs and polls have missed. Arguments: patienceSeconds, limit. Fails what is past its
-- deadline; answers the replies whose jobs to send, and by conversation those it ended.
CREATE FUNCTION sweep_replies(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  thread record;
  expired jsonb;
  ended jsonb := '[]';
  stale jsonb;
BEGIN
  FOR thread IN SELECT DISTINCT owner_id, conversation_id FROM replies
    WHERE finished_at IS NULL AND deadline_at <= clock_timestamp()
    ORDER BY owner_id, conversation_id LIMIT (p->>'limit')::integer
  LOOP
    SELECT coalesce(jsonb_agg(e.id), '[]') INTO expired FROM expire_replies(thread.owner_id, thread.conversation_id) AS e;
    ended := ended || jsonb_build_object('ownerId', thread.owner_id, 'conversationId', thread.conversation_id,
      'replyIds', expired, 'nextReplyId', next_reply(thread.owner_id, thread.conversation_id));
  END LOOP;
  WITH due AS (
    SELECT r.owner_id, r.id FROM replies AS r
    WHERE r.finished_at IS NULL AND r.id = next_reply(r.owner_id, r.conversation_id)
      AND CASE WHEN r.status = 'queued'
        THEN r.enqueued_at < clock_timestamp() - make_interval(secs => (p->>'patienceSeconds')::double precision)
        ELSE r.leased_until < clock_timestamp() END
    LIMIT (p->>'limit')::integer),
  marked AS (
    UPDATE replies AS r SET enqueued_at = clock_timestamp() FROM due
    WHERE r.owner_id = due.owner_id AND r.id = due.id RETURNING r.owner_id, r.id)
  SELECT coalesce(jsonb_agg(jsonb_build_object('ownerId', owner_id, 'replyId', id)), '[]') INTO stale FROM marked;
  RETURN jsonb_build_object('ended', ended, 'stale', stale);
END $$;
