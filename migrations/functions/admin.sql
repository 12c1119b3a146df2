-- Seconds from asking to the end, where there is an answer.
CREATE OR REPLACE FUNCTION reply_seconds(r replies) RETURNS double precision LANGUAGE sql IMMUTABLE AS $$
  SELECT extract(epoch FROM r.finished_at - r.created_at)::double precision
  WHERE r.assistant_message_id IS NOT NULL
$$;

-- What waits and runs now; the age is that of the reply that has waited longest for a worker.
CREATE OR REPLACE FUNCTION unfinished_replies() RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object('queued', count(*) FILTER (WHERE status = 'queued'),
    'inProgress', count(*) FILTER (WHERE status = 'in_progress'),
    'oldestQueuedSeconds', coalesce(extract(epoch FROM now() - min(created_at) FILTER (WHERE status = 'queued')), 0))
  FROM replies WHERE finished_at IS NULL
$$;

-- PATCH /v1/admin/users/{userId}. Arguments: adminId, requestId, userId, disabled. Outcomes: changed, unchanged,
-- leaving, not_found.
CREATE OR REPLACE FUNCTION admin_set_disabled(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  u users;
  wanted boolean := (p->>'disabled')::boolean;
BEGIN
  SELECT * INTO u FROM users WHERE id = p->>'userId' FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN '{"outcome": "not_found"}';
  ELSIF u.deletion IS NOT NULL THEN
    RETURN '{"outcome": "leaving"}';
  ELSIF (u.disabled_at IS NOT NULL) = wanted THEN
    RETURN jsonb_build_object('outcome', 'unchanged', 'user', to_jsonb(u));
  END IF;
  UPDATE users SET disabled_at = CASE WHEN wanted THEN now() END, version = version + 1, updated_at = now()
  WHERE id = u.id RETURNING * INTO u;
  INSERT INTO admin_actions (id, admin_id, action, user_id, request_id)
  VALUES (new_id(), p->>'adminId', CASE WHEN wanted THEN 'user.disabled' ELSE 'user.enabled' END, u.id,
    p->>'requestId');
  RETURN jsonb_build_object('outcome', 'changed', 'user', to_jsonb(u));
END $$;

-- POST /v1/admin/users/{userId}/tokens. Arguments: ownerId (the admin), requestId, userId, entryId, amount, reason,
-- idempotencyKey, idempotencyFingerprint. Outcomes: granted, replayed, mismatch, leaving, not_found.
CREATE OR REPLACE FUNCTION admin_grant_tokens(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  u users;
  entry token_ledger;
  earlier jsonb := remember_request(p, 'token_grant', p->>'entryId');
BEGIN
  IF earlier->>'outcome' = 'replayed' THEN
    SELECT * INTO entry FROM token_ledger WHERE id = earlier->>'id';
    RETURN jsonb_build_object('outcome', 'replayed', 'entry', to_jsonb(entry));
  ELSIF earlier IS NOT NULL THEN
    RETURN earlier;
  END IF;
  UPDATE users SET token_balance = token_balance + (p->>'amount')::bigint, version = version + 1, updated_at = now()
  WHERE id = p->>'userId' AND deletion IS NULL RETURNING * INTO u;
  IF NOT FOUND THEN
    DELETE FROM idempotency_keys WHERE owner_id = p->>'ownerId' AND kind = 'token_grant'
      AND key = p->>'idempotencyKey';
    RETURN jsonb_build_object('outcome', CASE WHEN EXISTS (SELECT FROM users WHERE id = p->>'userId')
      THEN 'leaving' ELSE 'not_found' END);
  END IF;
  INSERT INTO token_ledger (id, owner_id, kind, amount, reason)
  VALUES (p->>'entryId', u.id, 'grant', (p->>'amount')::bigint, p->>'reason') RETURNING * INTO entry;
  INSERT INTO admin_actions (id, admin_id, action, user_id, request_id, details)
  VALUES (new_id(), p->>'ownerId', 'tokens.granted', u.id, p->>'requestId',
    jsonb_build_object('amount', entry.amount, 'reason', entry.reason, 'ledgerEntryId', entry.id));
  RETURN jsonb_build_object('outcome', 'granted', 'entry', to_jsonb(entry));
END $$;

-- POST /v1/admin/replies/{replyId}/retry: asks the message of a failed reply again. Arguments: adminId, requestId,
-- failedReplyId, and those of ask_again, less messageId and conversationId. Outcomes: those of ask_again, not_failed,
-- asked_since (with the later reply).
CREATE OR REPLACE FUNCTION admin_retry_reply(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  r replies;
  c conversations;
  latest text;
  answer jsonb := asked_before(p);
BEGIN
  IF answer IS NOT NULL THEN
    RETURN answer;
  END IF;
  SELECT * INTO r FROM replies WHERE owner_id = p->>'ownerId' AND id = p->>'failedReplyId';
  -- The lock that ask_again takes: two retries at once are one.
  SELECT * INTO c FROM conversations WHERE owner_id = r.owner_id AND id = r.conversation_id
    AND deleted_at IS NULL FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN '{"outcome": "not_found"}';
  ELSIF r.status <> 'failed' THEN
    RETURN jsonb_build_object('outcome', 'not_failed', 'status', r.status);
  END IF;
  answer := asked_before(p);
  IF answer IS NOT NULL THEN
    RETURN answer;
  END IF;
  SELECT id INTO latest FROM replies WHERE owner_id = r.owner_id AND message_id = r.message_id
  ORDER BY ordinal DESC LIMIT 1;
  IF latest <> r.id THEN
    RETURN jsonb_build_object('outcome', 'asked_since', 'replyId', latest);
  END IF;
  answer := ask_again(p || jsonb_build_object('conversationId', r.conversation_id, 'messageId', r.message_id,
    'model', r.model));
  IF answer->>'outcome' = 'sent' THEN
    INSERT INTO admin_actions (id, admin_id, action, user_id, reply_id, request_id, details)
    VALUES (new_id(), p->>'adminId', 'reply.retried', r.owner_id, r.id, p->>'requestId',
      jsonb_build_object('newReplyId', p->>'replyId'));
  END IF;
  RETURN answer;
END $$;

-- GET /v1/admin/stats. Arguments: hours. What is counted by time is what began within them: an index has those.
CREATE OR REPLACE FUNCTION admin_stats(p jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
  since timestamptz := now() - make_interval(hours => (p->>'hours')::integer);
BEGIN
  RETURN (WITH recent AS MATERIALIZED (
      SELECT r.status, r.model, r.tokens_charged, reply_seconds(r) AS seconds FROM replies AS r
      WHERE r.created_at >= since),
    counted AS (
      SELECT status, model, count(*) AS count FROM recent GROUP BY status, model ORDER BY status, model)
    SELECT jsonb_build_object(
      'users', (SELECT jsonb_build_object('total', count(*), 'disabled', count(disabled_at),
        'new', count(*) FILTER (WHERE created_at >= since)) FROM users),
      'conversations', (SELECT jsonb_build_object('total', count(*),
        'new', count(*) FILTER (WHERE created_at >= since)) FROM conversations WHERE deleted_at IS NULL),
      'replies', (SELECT coalesce(jsonb_agg(to_jsonb(counted)), '[]') FROM counted),
      'secondsToReply', (SELECT jsonb_build_object('p50', percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds),
        'p95', percentile_cont(0.95) WITHIN GROUP (ORDER BY seconds)) FROM recent),
      'tokens', (SELECT jsonb_build_object('balance', coalesce(sum(token_balance), 0),
        'held', coalesce(sum(tokens_held), 0),
        'charged', (SELECT coalesce(sum(tokens_charged), 0) FROM recent)) FROM users),
      'queue', unfinished_replies()));
END $$;

-- GET /metrics: totals since the beginning, and the latest hour's times.
CREATE OR REPLACE FUNCTION metrics() RETURNS jsonb LANGUAGE sql STABLE AS $$
  WITH counted AS (
    SELECT status, model, count(*) AS count, sum(tokens_charged) AS charged FROM replies GROUP BY status, model)
  SELECT jsonb_build_object(
    'replies', (SELECT coalesce(jsonb_agg(to_jsonb(counted) ORDER BY status, model), '[]') FROM counted),
    'users', (SELECT count(*) FROM users),
    'disabledUsers', (SELECT count(*) FROM users WHERE disabled_at IS NOT NULL),
    'conversations', (SELECT count(*) FROM conversations WHERE deleted_at IS NULL),
    'tokenBalance', (SELECT coalesce(sum(token_balance), 0) FROM users),
    'tokensHeld', (SELECT coalesce(sum(tokens_held), 0) FROM users),
    'connections', (SELECT count(*) FROM connections WHERE expires_at > now()),
    'queue', unfinished_replies(),
    'secondsToReply', (SELECT jsonb_build_object(
      'p50', percentile_cont(0.5) WITHIN GROUP (ORDER BY reply_seconds(r)),
      'p95', percentile_cont(0.95) WITHIN GROUP (ORDER BY reply_seconds(r)))
      FROM replies AS r WHERE r.created_at >= now() - interval '1 hour'))
$$;
