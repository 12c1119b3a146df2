-- Locks the conversation of a reply, then the reply; a null row where there is none. Each by its own key: joined, a
-- plan that was made while the tables were small goes through all of the owner's conversations or replies.
CREATE OR REPLACE FUNCTION lock_reply(p_owner_id text, p_reply_id text) RETURNS replies LANGUAGE plpgsql AS $$
DECLARE
  reply replies;
BEGIN
  SELECT conversation_id INTO reply.conversation_id FROM replies WHERE owner_id = p_owner_id AND id = p_reply_id;
  PERFORM FROM conversations WHERE owner_id = p_owner_id AND id = reply.conversation_id FOR NO KEY UPDATE;
  SELECT * INTO reply FROM replies WHERE owner_id = p_owner_id AND id = p_reply_id FOR NO KEY UPDATE;
  RETURN reply;
END $$;

CREATE OR REPLACE FUNCTION ended_json(reply replies, message messages) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  -- They take up to 100 KB, and who ends a reply knows them.
  reply.context := NULL;
  reply.system_prompt := NULL;
  RETURN jsonb_build_object('outcome', 'finished', 'reply', to_jsonb(reply),
    'message', CASE WHEN message.id IS NOT NULL THEN to_jsonb(message) END,
    'nextReplyId', next_job(reply.owner_id, reply.conversation_id));
END $$;

-- `now()` is when the transaction began, which is earlier than its clock: a reply was updated before it had started or
-- ended. Both are of one moment now, in this function and in the next.
-- Ends a reply and settles its hold. patch: what the reply gets besides (assistantMessageId, finishReason, errorCode,
-- errorMessage, partialText, reasoning, context, noteIds, and the counts inputTokens, cachedInputTokens, outputTokens,
-- reasoningTokens), and messagesAdded for its conversation.
CREATE OR REPLACE FUNCTION end_reply(reply replies, ending text, charge bigint, patch jsonb) RETURNS replies
LANGUAGE plpgsql AS $$
DECLARE
  debit bigint := least(greatest(charge, 0), reply.tokens_held);
  at timestamptz := clock_timestamp();
  balance bigint;
  held bigint;
BEGIN
  -- Before the reply, whose end adds to the user's usage: what is counted of one user waits for this lock.
  UPDATE users SET token_balance = token_balance - debit, tokens_held = tokens_held - reply.tokens_held,
    version = version + 1, updated_at = now()
  WHERE id = reply.owner_id
  RETURNING token_balance, tokens_held INTO balance, held;
  UPDATE replies SET status = ending, finished_at = at, leased_until = NULL,
    tokens_charged = debit, balance_when_ended = balance, held_when_ended = held, assistant_message_id = patch->>'assistantMessageId',
    finish_reason = patch->>'finishReason', error_code = patch->>'errorCode',
    error_message = patch->>'errorMessage', context = coalesce(patch->'context', context),
    note_ids = coalesce(patch->'noteIds', note_ids),
    -- What was sent is used, even where nobody has told yet how much it was.
    input_tokens = coalesce((patch->>'inputTokens')::integer, input_tokens,
      CASE WHEN attempt > 0 THEN tokens_sent(reply)::integer END),
    output_tokens = coalesce((patch->>'outputTokens')::integer, output_tokens, CASE WHEN attempt > 0 THEN 0 END),
    -- The text of an answered reply is its message's.
    partial_text = CASE WHEN patch->>'assistantMessageId' IS NULL THEN coalesce(patch->>'partialText', partial_text)
      ELSE '' END,
    reasoning = coalesce(patch->>'reasoning', reasoning),
    cached_input_tokens = coalesce((patch->>'cachedInputTokens')::integer, cached_input_tokens),
    reasoning_tokens = coalesce((patch->>'reasoningTokens')::integer, reasoning_tokens),
    sequence = sequence + 1, updated_at = at
  WHERE owner_id = reply.owner_id AND id = reply.id
  RETURNING * INTO reply;
  PERFORM settle_budget(reply);
  INSERT INTO token_ledger (id, owner_id, kind, amount, reply_id, reason)
  SELECT new_id(), reply.owner_id, entry.kind, entry.amount, reply.id, ending
  FROM (VALUES ('debit', debit), ('release', reply.tokens_held - debit)) AS entry (kind, amount)
  WHERE entry.amount > 0;
  UPDATE conversations SET message_count = message_count + coalesce((patch->>'messagesAdded')::integer, 0),
    version = version + 1, updated_at = now()
  WHERE owner_id = reply.owner_id AND id = reply.conversation_id;
  RETURN reply;
END $$;

-- Ends a reply with an answer at its place; one that was there stays as an earlier version. patch: as of end_reply, and
-- of the answer messageId and content.
CREATE OR REPLACE FUNCTION answer_reply(reply replies, ending text, charge bigint, patch jsonb) RETURNS replies
LANGUAGE plpgsql AS $$
DECLARE
  earlier messages;
BEGIN
  UPDATE messages SET is_active = false, version = version + 1, updated_at = now()
  WHERE owner_id = reply.owner_id AND conversation_id = reply.conversation_id AND position = reply.position
    AND is_active RETURNING * INTO earlier;
  INSERT INTO messages (id, owner_id, conversation_id, position, role, content, reply_to, reply_id, answer_number)
  VALUES (patch->>'messageId', reply.owner_id, reply.conversation_id, reply.position, 'assistant', patch->>'content',
    reply.message_id, reply.id, coalesce(earlier.answer_number, 0) + 1);
  RETURN end_reply(reply, ending, charge, patch || jsonb_build_object('assistantMessageId', patch->>'messageId',
    -- Neither a deleted message nor a replaced one is counted.
    'messagesAdded', CASE WHEN earlier.id IS NULL OR earlier.is_deleted THEN 1 ELSE 0 END));
END $$;

-- Cancels an unfinished reply that the caller has locked with its conversation. A stopped answer is an answer: text that
-- the model has written becomes the message. Where its question is taken away, it goes with it.
CREATE OR REPLACE FUNCTION stop_reply(reply replies, takes_question boolean) RETURNS replies LANGUAGE plpgsql AS $$
DECLARE
  charge bigint := charge_so_far(reply);
BEGIN
  IF takes_question THEN
    RETURN end_reply(reply, 'cancelled', charge, '{"partialText": "", "reasoning": ""}');
  END IF;
  -- Models refuse a blank message among those before a question.
  IF reply.partial_text !~ '\S' THEN
    RETURN end_reply(reply, 'cancelled', charge, '{}');
  END IF;
  RETURN answer_reply(reply, 'cancelled', charge,
    jsonb_build_object('messageId', new_id(), 'content', reply.partial_text));
END $$;

-- The worker's ending of its attempt. Arguments: ownerId, replyId, attempt, status, and for completed and
-- incomplete messageId + content; finishReason, errorCode, errorMessage, partialText (of a failed one, else as it was
-- saved), reasoning, context, and the counts of end_reply.
CREATE OR REPLACE FUNCTION finish_reply(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  ending text := p->>'status';
  attempted integer := (p->>'attempt')::integer;
  answer_id text := p->>'messageId';
  reply replies := lock_reply(p->>'ownerId', p->>'replyId');
  message messages;
BEGIN
  -- The same ending again: its first answer was lost on the way.
  IF reply.finished_at IS NOT NULL AND reply.attempt = attempted AND reply.status = ending
    AND reply.assistant_message_id IS NOT DISTINCT FROM answer_id THEN
    SELECT * INTO message FROM messages WHERE owner_id = reply.owner_id AND id = reply.assistant_message_id;
    RETURN ended_json(reply, message);
  END IF;
  IF reply.id IS NULL OR reply.status <> 'in_progress' OR reply.attempt <> attempted THEN
    RETURN '{"outcome": "lost"}';
  END IF;
  IF ending IN ('completed', 'incomplete') THEN
    reply := answer_reply(reply, ending,
      charge_for(reply, (p->>'inputTokens')::bigint, (p->>'outputTokens')::bigint,
        (p->>'cachedInputTokens')::bigint), p);
    SELECT * INTO message FROM messages WHERE owner_id = reply.owner_id AND id = reply.assistant_message_id;
  ELSE
    reply := end_reply(reply, ending, 0, p);
  END IF;
  RETURN ended_json(reply, message);
END $$;

-- Arguments: ownerId, replyId. Outcomes: cancelled, repeated (was cancelled), ended (in another way), not_found. Answers
-- the reply with the message that its text became.
CREATE OR REPLACE FUNCTION cancel_reply(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  reply replies := lock_reply(p->>'ownerId', p->>'replyId');
  message messages;
  done text := 'cancelled';
BEGIN
  IF reply.id IS NULL OR EXISTS (SELECT FROM conversations WHERE owner_id = reply.owner_id AND id = reply.conversation_id
    AND deleted_at IS NOT NULL) THEN
    RETURN '{"outcome": "not_found"}';
  END IF;
  IF reply.finished_at IS NULL THEN
    reply := stop_reply(reply, false);
  ELSE
    done := CASE WHEN reply.status = 'cancelled' THEN 'repeated' ELSE 'ended' END;
  END IF;
  SELECT * INTO message FROM messages WHERE owner_id = reply.owner_id AND id = reply.assistant_message_id;
  RETURN jsonb_build_object('outcome', done, 'reply', to_jsonb(reply),
    'message', CASE WHEN message.id IS NOT NULL THEN to_jsonb(message) END,
    'nextReplyId', CASE WHEN done = 'cancelled' THEN next_job(reply.owner_id, reply.conversation_id) END);
END $$;

-- For a reply whose job cannot be processed, whoever holds it. Arguments: ownerId, replyId, errorCode,
-- errorMessage. Outcomes: failed, ended (before), not_found.
CREATE OR REPLACE FUNCTION fail_reply(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  reply replies := lock_reply(p->>'ownerId', p->>'replyId');
BEGIN
  IF reply.id IS NULL THEN
    RETURN '{"outcome": "not_found"}';
  END IF;
  IF reply.finished_at IS NOT NULL THEN
    RETURN jsonb_build_object('outcome', 'ended', 'reply', to_jsonb(reply));
  END IF;
  reply := end_reply(reply, 'failed', 0, p);
  RETURN jsonb_build_object('outcome', 'failed', 'reply', to_jsonb(reply),
    'nextReplyId', next_job(reply.owner_id, reply.conversation_id));
END $$;

-- Fails every unfinished reply of a conversation that is past its deadline, in order.
CREATE OR REPLACE FUNCTION expire_replies(p_owner_id text, p_conversation_id text) RETURNS setof replies LANGUAGE plpgsql AS $$
DECLARE
  reply replies;
BEGIN
  PERFORM FROM conversations WHERE owner_id = p_owner_id AND id = p_conversation_id FOR NO KEY UPDATE;
  FOR reply IN SELECT * FROM replies WHERE owner_id = p_owner_id AND conversation_id = p_conversation_id
    AND finished_at IS NULL AND deadline_at <= clock_timestamp() ORDER BY ordinal FOR NO KEY UPDATE
  LOOP
    RETURN NEXT end_reply(reply, 'failed', 0, jsonb_build_object('errorCode', 'timed_out',
      'errorMessage', 'The reply did not finish within its deadline.'));
  END LOOP;
END $$;

-- Ends what is past its deadline in the conversation of a reply that is. Arguments: ownerId, replyId. Outcomes:
-- expired, none.
CREATE OR REPLACE FUNCTION time_out_reply(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  reply replies;
  expired jsonb;
BEGIN
  SELECT * INTO reply FROM replies WHERE owner_id = p->>'ownerId' AND id = p->>'replyId'
    AND finished_at IS NULL AND deadline_at <= clock_timestamp();
  IF NOT FOUND THEN
    RETURN '{"outcome": "none"}';
  END IF;
  SELECT coalesce(jsonb_agg(late.id), '[]') INTO expired
  FROM expire_replies(reply.owner_id, reply.conversation_id) AS late;
  RETURN jsonb_build_object('outcome', 'expired', 'ownerId', reply.owner_id, 'conversationId', reply.conversation_id,
    'replyIds', expired, 'nextReplyId', next_job(reply.owner_id, reply.conversation_id));
END $$;

-- Read repair: whose job to send again so that this reply gets on; null where a job should still be under way.
-- Arguments: ownerId, replyId, patienceSeconds. Marks the reply, so that many polls send one job.
CREATE OR REPLACE FUNCTION repair_reply(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  reply replies;
BEGIN
  SELECT head.* INTO reply FROM replies AS wanted JOIN replies AS head ON head.owner_id = wanted.owner_id
    AND head.id = next_reply(wanted.owner_id, wanted.conversation_id)
  WHERE wanted.owner_id = p->>'ownerId' AND wanted.id = p->>'replyId';
  UPDATE replies SET enqueued_at = clock_timestamp()
  WHERE owner_id = reply.owner_id AND id = reply.id AND finished_at IS NULL
    AND enqueued_at < clock_timestamp() - make_interval(secs => (p->>'patienceSeconds')::double precision)
    AND (leased_until IS NULL OR leased_until < clock_timestamp());
  RETURN jsonb_build_object('replyId', CASE WHEN FOUND THEN reply.id END);
END $$;

-- Everything that jobs and polls have missed. Arguments: patienceSeconds, limit. Fails what is past its
-- deadline; answers the replies whose jobs to send, and by conversation those it ended.
CREATE OR REPLACE FUNCTION sweep_replies(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  patience interval := make_interval(secs => (p->>'patienceSeconds')::double precision);
  max_rows integer := (p->>'limit')::integer;
  thread record;
  expired jsonb;
  ended jsonb := '[]';
  stale jsonb;
BEGIN
  FOR thread IN SELECT DISTINCT owner_id, conversation_id FROM replies
    WHERE finished_at IS NULL AND deadline_at <= clock_timestamp()
    ORDER BY owner_id, conversation_id LIMIT max_rows
  LOOP
    SELECT coalesce(jsonb_agg(late.id), '[]') INTO expired
    FROM expire_replies(thread.owner_id, thread.conversation_id) AS late;
    ended := ended || jsonb_build_object('ownerId', thread.owner_id, 'conversationId', thread.conversation_id,
      'replyIds', expired, 'nextReplyId', next_job(thread.owner_id, thread.conversation_id));
  END LOOP;
  WITH due AS (
    SELECT reply.owner_id, reply.id FROM replies AS reply
    WHERE reply.finished_at IS NULL AND reply.id = next_reply(reply.owner_id, reply.conversation_id)
      AND CASE WHEN reply.status = 'queued'
        THEN reply.enqueued_at < clock_timestamp() - patience
        ELSE reply.leased_until < clock_timestamp() END
    LIMIT max_rows),
  marked AS (
    UPDATE replies AS reply SET enqueued_at = clock_timestamp() FROM due
    WHERE reply.owner_id = due.owner_id AND reply.id = due.id RETURNING reply.owner_id, reply.id)
  SELECT coalesce(jsonb_agg(jsonb_build_object('ownerId', owner_id, 'replyId', id)), '[]') INTO stale FROM marked;
  RETURN jsonb_build_object('ended', ended, 'stale', stale);
END $$;

-- A reply's context names the messages of its prompt by position, [first, last] for each run of them, instead of by up
-- to 1 000 ids: in a conversation of 1 000 messages each reply kept 28 KB of these, a hundred times its text.
-- The message at a position is the version that was the newest when the reply was started.
CREATE OR REPLACE FUNCTION message_ids_at(reply replies, ranges jsonb) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(id ORDER BY "position"), '[]')
  FROM (
    SELECT DISTINCT ON (message."position") message."position", message.id
    FROM jsonb_array_elements(ranges) AS range,
      -- Two halves, each of which has its partial index.
      LATERAL (
        SELECT id, "position", created_at FROM messages
        WHERE owner_id = reply.owner_id AND conversation_id = reply.conversation_id AND is_active
          AND "position" BETWEEN (range->>0)::integer AND (range->>1)::integer
        UNION ALL
        SELECT id, "position", created_at FROM messages
        WHERE owner_id = reply.owner_id AND conversation_id = reply.conversation_id AND NOT is_active
          AND "position" BETWEEN (range->>0)::integer AND (range->>1)::integer) AS message
    -- Where a clock was set back none may seem to be old enough: then the one that is nearest.
    ORDER BY message."position", greatest(message.created_at - reply.started_at, interval '0'),
      message.created_at DESC) AS given
$$;

-- A reply's context as it is shown: with the ids of its messages. Early replies have stored them.
CREATE OR REPLACE FUNCTION reply_context(reply replies) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN reply.context ? 'sentPositions' THEN
    reply.context - '{sentPositions,droppedPositions}'::text[] || jsonb_build_object(
      'sentMessageIds', message_ids_at(reply, reply.context->'sentPositions'),
      'droppedMessageIds', message_ids_at(reply, reply.context->'droppedPositions'))
    ELSE reply.context END
$$;
