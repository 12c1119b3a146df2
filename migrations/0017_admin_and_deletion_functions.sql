-- A user whose deletion has begun is `leaving`.
CREATE OR REPLACE FUNCTION resolve_user(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  u users;
BEGIN
  SELECT * INTO u FROM users WHERE cognito_sub = p->>'sub';
  IF NOT FOUND THEN
    IF EXISTS (SELECT FROM deleted_subjects WHERE subject_hash = p->>'subjectHash') THEN
      RETURN jsonb_build_object('outcome', 'deleted');
    END IF;
    -- The welcome grant stands for the tokens of its month.
    INSERT INTO users (id, cognito_sub, email, display_name, token_balance, refilled_at)
    VALUES (p->>'userId', p->>'sub', p->>'email', p->>'displayName', (p->>'grant')::bigint, now())
    ON CONFLICT (cognito_sub) DO NOTHING
    RETURNING * INTO u;
    IF FOUND THEN
      INSERT INTO system_prompts (id, owner_id, name, content, is_default)
      VALUES (p->>'promptId', u.id, p->>'promptName', p->>'promptContent', true);
      IF (p->>'grant')::bigint > 0 THEN
        INSERT INTO token_ledger (id, owner_id, kind, amount, reason)
        VALUES (new_id(), u.id, 'grant', (p->>'grant')::bigint, 'welcome');
      END IF;
    ELSE
      SELECT * INTO u FROM users WHERE cognito_sub = p->>'sub';
    END IF;
  ELSIF (u.email IS NULL AND p->>'email' IS NOT NULL)
     OR (u.display_name IS NULL AND p->>'displayName' IS NOT NULL) THEN
    -- First seen by its token, told of later by the sign-up trigger.
    UPDATE users SET email = coalesce(email, p->>'email'),
      display_name = coalesce(display_name, p->>'displayName'), version = version + 1, updated_at = now()
    WHERE id = u.id RETURNING * INTO u;
  END IF;
  u := refill_tokens(u, (p->>'monthlyTokens')::bigint);
  RETURN jsonb_build_object('outcome', CASE WHEN u.deletion IS NOT NULL THEN 'leaving'
    WHEN u.disabled_at IS NULL THEN 'active' ELSE 'disabled' END,
    'user', to_jsonb(u));
END $$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION resolve_api_key(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  k api_keys;
  u users;
BEGIN
  SELECT * INTO k FROM api_keys WHERE lookup = p->>'lookup' AND revoked_at IS NULL
    AND (expires_at IS NULL OR expires_at > clock_timestamp());
  IF NOT FOUND THEN
    RETURN '{"outcome": "refused"}';
  END IF;
  UPDATE api_keys SET last_used_at = now() WHERE owner_id = k.owner_id AND id = k.id
    AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute');
  SELECT * INTO u FROM users WHERE id = k.owner_id;
  IF u.deletion IS NOT NULL THEN
    RETURN '{"outcome": "refused"}';
  END IF;
  u := refill_tokens(u, (p->>'monthlyTokens')::bigint);
  RETURN jsonb_build_object('outcome', CASE WHEN u.disabled_at IS NULL THEN 'active' ELSE 'disabled' END,
    'userId', u.id, 'apiKey', to_jsonb(k));
END $$;
--> statement-breakpoint
-- What admins did stays as it was. Only the pseudonym of a deleted account may take the place of its id, and the
-- words that an admin wrote about it may go.
CREATE FUNCTION keep_admin_actions() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changing CONSTANT text[] := '{admin_id,user_id,details,updated_at}';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF to_jsonb(NEW) - changing = to_jsonb(OLD) - changing
      AND NEW.details IN (OLD.details, OLD.details - 'reason')
      AND (NEW.admin_id = OLD.admin_id OR NEW.admin_id LIKE 'deleted-%')
      AND (NEW.user_id IS NOT DISTINCT FROM OLD.user_id OR NEW.user_id LIKE 'deleted-%') THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'what admins did is never changed' USING ERRCODE = 'PY003';
END $$;
--> statement-breakpoint
CREATE TRIGGER admin_actions_keep BEFORE UPDATE OR DELETE ON admin_actions FOR EACH ROW
  EXECUTE FUNCTION keep_admin_actions();
--> statement-breakpoint
CREATE TRIGGER admin_actions_keep_all BEFORE TRUNCATE ON admin_actions FOR EACH STATEMENT
  EXECUTE FUNCTION keep_admin_actions();
--> statement-breakpoint
-- PATCH /v1/admin/users/{userId}. Arguments: adminId, requestId, userId, disabled. Outcomes: changed, unchanged,
-- leaving, not_found.
CREATE FUNCTION admin_set_disabled(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
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
--> statement-breakpoint
-- POST /v1/admin/users/{userId}/tokens. Arguments: ownerId (the admin), requestId, userId, entryId, amount, reason,
-- idempotencyKey, idempotencyFingerprint. Outcomes: granted, replayed, mismatch, leaving, not_found.
CREATE FUNCTION admin_grant_tokens(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
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
--> statement-breakpoint
-- POST /v1/admin/replies/{replyId}/retry: asks the message of a failed reply again. Arguments: adminId, requestId,
-- failedReplyId, and those of ask_again, less messageId and conversationId. Outcomes: those of ask_again, not_failed,
-- asked_since (with the later reply).
CREATE FUNCTION admin_retry_reply(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
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
--> statement-breakpoint
-- Seconds from asking to the end, where there is an answer.
CREATE FUNCTION reply_seconds(r replies) RETURNS double precision LANGUAGE sql IMMUTABLE AS $$
  SELECT extract(epoch FROM r.finished_at - r.created_at)::double precision
  WHERE r.assistant_message_id IS NOT NULL
$$;
--> statement-breakpoint
-- What waits and runs now; the age is that of the reply that has waited longest for a worker.
CREATE FUNCTION unfinished_replies() RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object('queued', count(*) FILTER (WHERE status = 'queued'),
    'inProgress', count(*) FILTER (WHERE status = 'in_progress'),
    'oldestQueuedSeconds', coalesce(extract(epoch FROM now() - min(created_at) FILTER (WHERE status = 'queued')), 0))
  FROM replies WHERE finished_at IS NULL
$$;
--> statement-breakpoint
-- GET /v1/admin/stats. Arguments: hours. What is counted by time is what began within them: an index has those.
CREATE FUNCTION admin_stats(p jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
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
--> statement-breakpoint
-- GET /metrics: totals since the beginning, and the latest hour's times.
CREATE FUNCTION metrics() RETURNS jsonb LANGUAGE sql STABLE AS $$
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
--> statement-breakpoint
-- DELETE /v1/me, the first step: nothing is sent from then on, and every token is refused but for going on with the
-- deletion. Arguments: ownerId, tombstoneSeconds. Outcomes: begun (now or before), not_found.
CREATE FUNCTION begin_account_deletion(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  u users;
BEGIN
  UPDATE users SET disabled_at = coalesce(disabled_at, now()), version = version + 1, updated_at = now(),
    deletion = coalesce(deletion, jsonb_build_object('pseudonym', 'deleted-' || gen_random_uuid(), 'erased', '{}'::jsonb))
  WHERE id = p->>'ownerId' RETURNING * INTO u;
  IF NOT FOUND THEN
    RETURN '{"outcome": "not_found"}';
  END IF;
  INSERT INTO deleted_subjects (subject_hash, expires_at)
  VALUES (encode(sha256(convert_to(u.cognito_sub, 'UTF8')), 'hex'),
    now() + make_interval(secs => (p->>'tombstoneSeconds')::double precision))
  ON CONFLICT (subject_hash) DO UPDATE SET expires_at = EXCLUDED.expires_at, updated_at = now();
  RETURN jsonb_build_object('outcome', 'begun', 'erased', u.deletion->'erased', 'connectionIds',
    (SELECT coalesce(jsonb_agg(id), '[]') FROM connections WHERE owner_id = u.id));
END $$;
--> statement-breakpoint
-- Cancels unfinished replies of a user, keeping their text. Arguments: ownerId, limit. Answers which; none when there
-- are no more. Every lock on a conversation comes before the user's.
CREATE FUNCTION cancel_replies(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  r replies;
  cancelled jsonb := '[]';
  threads text[] := ARRAY(SELECT DISTINCT conversation_id FROM replies
    WHERE owner_id = p->>'ownerId' AND finished_at IS NULL ORDER BY 1 LIMIT (p->>'limit')::integer);
BEGIN
  PERFORM FROM conversations WHERE owner_id = p->>'ownerId' AND id = ANY (threads) ORDER BY id FOR NO KEY UPDATE;
  PERFORM FROM replies WHERE owner_id = p->>'ownerId' AND conversation_id = ANY (threads) AND finished_at IS NULL
    ORDER BY conversation_id, ordinal FOR NO KEY UPDATE;
  FOR r IN SELECT * FROM replies WHERE owner_id = p->>'ownerId' AND conversation_id = ANY (threads)
    AND finished_at IS NULL ORDER BY conversation_id, ordinal
  LOOP
    r := end_reply(r, 'cancelled', charge_so_far(r), '{}');
    cancelled := cancelled || jsonb_build_object('id', r.id, 'conversationId', r.conversation_id);
  END LOOP;
  RETURN jsonb_build_object('outcome', 'cancelled', 'cancelled', cancelled);
END $$;
--> statement-breakpoint
-- Moves ledger entries to the pseudonym that the deletion has chosen; amounts and kinds stay, and of the reasons only
-- those that no admin wrote. Answers how many.
CREATE FUNCTION pseudonymise_ledger(u users, most integer) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  moved bigint;
BEGIN
  UPDATE token_ledger SET owner_id = u.deletion->>'pseudonym', reply_id = NULL, updated_at = now(),
    reason = CASE WHEN kind <> 'grant' OR reason IN ('welcome', 'refill') THEN reason ELSE 'granted' END
  WHERE id = ANY (ARRAY(SELECT id FROM token_ledger WHERE owner_id = u.id ORDER BY ordinal LIMIT most));
  GET DIAGNOSTICS moved = ROW_COUNT;
  RETURN moved;
END $$;
--> statement-breakpoint
-- One batch of an account's deletion. Arguments: ownerId, table, limit. Answers how many rows are gone, their ids
-- where the table is `conversations`, and what is gone by now. Outcomes: erased, not_found (no deletion is under way).
CREATE FUNCTION erase_rows(p jsonb) RETURNS jsonb LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  owner CONSTANT text := p->>'ownerId';
  tab CONSTANT text := p->>'table';
  most CONSTANT integer := (p->>'limit')::integer;
  u users;
  batch text[];
  gone bigint := 0;
  ids jsonb := '[]';
BEGIN
  SELECT * INTO u FROM users WHERE id = owner AND deletion IS NOT NULL;
  IF NOT FOUND THEN
    RETURN '{"outcome": "not_found"}';
  END IF;
  IF tab = 'token_ledger' THEN
    gone := pseudonymise_ledger(u, most);
  ELSIF tab = 'messages' THEN
    batch := ARRAY(SELECT id FROM messages WHERE owner_id = owner ORDER BY id LIMIT most);
    -- What stays for now may refer to what goes.
    UPDATE messages SET reply_to = NULL WHERE owner_id = owner AND reply_to = ANY (batch) AND id <> ALL (batch);
    DELETE FROM messages WHERE owner_id = owner AND id = ANY (batch);
    GET DIAGNOSTICS gone = ROW_COUNT;
  ELSIF to_regclass(quote_ident(tab)) IS NOT NULL THEN
    EXECUTE format('WITH gone AS (DELETE FROM %1$I AS t WHERE t.owner_id = $1
        AND t.ctid = ANY (ARRAY(SELECT ctid FROM %1$I WHERE owner_id = $1 LIMIT $2)) RETURNING %2$s AS id)
      SELECT count(*), coalesce(jsonb_agg(id) FILTER (WHERE id IS NOT NULL), ''[]'') FROM gone', tab,
      CASE WHEN tab = 'conversations' THEN 't.id' ELSE 'NULL::text' END) INTO gone, ids USING owner, most;
  END IF;
  IF gone > 0 THEN
    UPDATE users SET deletion = jsonb_set(deletion, ARRAY['erased', tab],
      to_jsonb(coalesce((deletion->'erased'->>tab)::bigint, 0) + gone))
    WHERE id = owner RETURNING * INTO u;
  END IF;
  RETURN jsonb_build_object('outcome', 'erased', 'count', gone, 'ids', ids, 'erased', u.deletion->'erased');
END $$;
--> statement-breakpoint
-- The last step: the user's row, with whatever was still made meanwhile. Arguments: ownerId, tombstoneSeconds.
-- Outcomes: deleted, not_found (deleted before).
CREATE FUNCTION finish_account_deletion(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  u users;
BEGIN
  SELECT * INTO u FROM users WHERE id = p->>'ownerId' AND deletion IS NOT NULL FOR UPDATE;
  IF NOT FOUND THEN
    RETURN '{"outcome": "not_found"}';
  END IF;
  PERFORM pseudonymise_ledger(u, NULL);
  UPDATE admin_actions SET updated_at = now(),
    admin_id = CASE WHEN admin_id = u.id THEN u.deletion->>'pseudonym' ELSE admin_id END,
    user_id = CASE WHEN user_id = u.id THEN u.deletion->>'pseudonym' ELSE user_id END,
    details = CASE WHEN user_id = u.id THEN details - 'reason' ELSE details END
  WHERE admin_id = u.id OR user_id = u.id;
  UPDATE deleted_subjects SET updated_at = now(),
    expires_at = now() + make_interval(secs => (p->>'tombstoneSeconds')::double precision)
  WHERE subject_hash = encode(sha256(convert_to(u.cognito_sub, 'UTF8')), 'hex');
  DELETE FROM users WHERE id = u.id;
  RETURN jsonb_build_object('outcome', 'deleted', 'erased', (u.deletion->'erased') || '{"users": 1}');
END $$;
