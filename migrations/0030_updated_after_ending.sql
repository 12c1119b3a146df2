-- `now()` is when the transaction began, which is earlier than its clock: a reply was updated before it had started or
-- ended. Both are of one moment now, in this function and in the next.
-- Ends a reply and settles its hold. patch: what the reply gets besides (assistantMessageId, finishReason, errorCode,
-- errorMessage, context, noteIds, inputTokens, outputTokens), and messagesAdded for its conversation.
CREATE OR REPLACE FUNCTION end_reply(r replies, ending text, charge bigint, patch jsonb) RETURNS replies
LANGUAGE plpgsql AS $$
DECLARE
  debit bigint := least(greatest(charge, 0), r.tokens_held);
  at timestamptz := clock_timestamp();
BEGIN
  UPDATE replies SET status = ending, finished_at = at, leased_until = NULL,
    tokens_charged = debit, assistant_message_id = patch->>'assistantMessageId',
    finish_reason = patch->>'finishReason', error_code = patch->>'errorCode',
    error_message = patch->>'errorMessage', context = coalesce(patch->'context', context),
    note_ids = coalesce(patch->'noteIds', note_ids),
    input_tokens = coalesce((patch->>'inputTokens')::integer, input_tokens),
    output_tokens = coalesce((patch->>'outputTokens')::integer, output_tokens),
    -- The text of an answered reply is its message's.
    partial_text = CASE WHEN patch->>'assistantMessageId' IS NULL THEN partial_text ELSE '' END,
    sequence = sequence + 1, updated_at = at
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
-- Takes a reply for a worker, with its notes. Arguments: ownerId, replyId, leaseSeconds. Outcomes: claimed, missing,
-- finished, blocked, leased, expired.
CREATE OR REPLACE FUNCTION take_reply(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  r replies;
  expired jsonb;
  at timestamptz;
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
  -- Not before: the answer that was waited for must be older than what follows it, or a context would miss it.
  at := clock_timestamp();
  UPDATE replies SET attempt = attempt + 1, status = 'in_progress', partial_text = '', note_ids = '[]',
    sequence = sequence + 1, started_at = coalesce(started_at, at), updated_at = at,
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
