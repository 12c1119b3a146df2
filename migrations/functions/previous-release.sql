-- Functions that the functions of 0.1 call and this release does not: while it is deployed both run side by side, and a
-- rollback returns to 0.1. Delete this file with the release after this one.

-- The signs of markup as characters that the parser takes for spaces.
CREATE OR REPLACE FUNCTION hide_signs(p_text text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT translate(replace(replace(replace(p_text, '</', E'\x01\x04'), '<-', E'\x01\x05'), '>-', E'\x02\x05'),
    '<>&', E'\x01\x02\x03')
$$;

-- The part of a text around what a query matches, for what a model's search of notes finds.
CREATE OR REPLACE FUNCTION headline_of(p_text text, p_asked tsquery, p_options text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  -- A text's own characters of that kind, which nobody sees, would come back as signs.
  SELECT translate(ts_headline('simple', hide_signs(translate(p_text, E'\x01\x02\x03\x04\x05', '     ')), p_asked,
    p_options), E'\x01\x02\x03\x04\x05', '<>&/-')
$$;

-- GET /v1/messages. Nothing is marked in what 0.1 shows.
CREATE OR REPLACE FUNCTION search_messages(p jsonb) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(hit - 'words' || jsonb_build_object('marked', left(hit->'message'->>'content', 300))
    ORDER BY place), '[]')
  FROM jsonb_array_elements(ranked_messages(p)) WITH ORDINALITY AS hits (hit, place)
$$;

-- GET /v1/conversations?sort=relevance. Likewise.
CREATE OR REPLACE FUNCTION search_conversations(p jsonb) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(hit - 'words' - 'text' || jsonb_build_object('marked', left(hit->>'text', 300))
    ORDER BY place), '[]')
  FROM jsonb_array_elements(ranked_conversations(p)) WITH ORDINALITY AS hits (hit, place)
$$;

-- A deletion may be bound to the version of the account that its owner has seen. Only its beginning is: that changes
-- the version itself, and whoever repeats the request goes on with what was begun.
-- p: ownerId, username, tombstoneSeconds, expectedVersion (optional).
CREATE OR REPLACE FUNCTION begin_account_deletion(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  u users;
BEGIN
  UPDATE users SET disabled_at = coalesce(disabled_at, now()), version = version + 1, updated_at = now(),
    deletion = coalesce(deletion, jsonb_build_object('pseudonym', 'deleted-' || gen_random_uuid(), 'erased', '{}'::jsonb))
      || jsonb_strip_nulls(jsonb_build_object('username', p->>'username'))
  WHERE id = p->>'ownerId'
    AND (deletion IS NOT NULL OR version = coalesce((p->>'expectedVersion')::integer, version)) RETURNING * INTO u;
  IF NOT FOUND THEN
    RETURN jsonb_build_object('outcome',
      CASE WHEN EXISTS (SELECT FROM users WHERE id = p->>'ownerId') THEN 'stale' ELSE 'not_found' END);
  END IF;
  INSERT INTO deleted_subjects (subject_hash, expires_at)
  VALUES (encode(sha256(convert_to(u.cognito_sub, 'UTF8')), 'hex'),
    now() + make_interval(secs => (p->>'tombstoneSeconds')::double precision))
  ON CONFLICT (subject_hash) DO UPDATE SET expires_at = EXCLUDED.expires_at, updated_at = now();
  RETURN jsonb_build_object('outcome', 'begun', 'erased', u.deletion->'erased', 'connectionIds',
    (SELECT coalesce(jsonb_agg(id), '[]') FROM connections WHERE owner_id = u.id));
END $$;

-- Moves ledger entries to the pseudonym that the deletion has chosen; amounts and kinds stay, and of the reasons only
-- those that no admin wrote. Answers how many.
CREATE OR REPLACE FUNCTION pseudonymise_ledger(u users, most integer) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  moved bigint;
BEGIN
  UPDATE token_ledger SET owner_id = u.deletion->>'pseudonym', reply_id = NULL, updated_at = now(),
    reason = CASE WHEN kind = 'grant' AND reason NOT IN ('welcome', 'refill') THEN 'granted'
      WHEN kind = 'debit' AND reply_id IS NULL THEN 'taken' ELSE reason END
  WHERE id = ANY (ARRAY(SELECT id FROM token_ledger WHERE owner_id = u.id ORDER BY ordinal LIMIT most));
  GET DIAGNOSTICS moved = ROW_COUNT;
  RETURN moved;
END $$;

-- One batch of an account's deletion. Arguments: ownerId, table, limit. Answers how many rows are gone, their ids
-- where the table is `conversations`, and what is gone by now. Outcomes: erased, not_found (no deletion is under way).
CREATE OR REPLACE FUNCTION erase_rows(p jsonb) RETURNS jsonb LANGUAGE plpgsql SET enable_seqscan = off AS $$
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

-- The last step: the user's row, with whatever was still made meanwhile. Arguments: ownerId, tombstoneSeconds.
-- Outcomes: deleted, not_found (deleted before).
CREATE OR REPLACE FUNCTION finish_account_deletion(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
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
  -- Where search goes on reading: the time says it nearly as well.
  UPDATE search_progress SET owner_id = '', message_id = '', updated_at = now() WHERE owner_id = u.id;
  DELETE FROM users WHERE id = u.id;
  RETURN jsonb_build_object('outcome', 'deleted', 'erased', (u.deletion->'erased') || '{"users": 1}');
END $$;

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

-- Arguments: ownerId, connectionId, apiKeyHash, expiresAt (of the token, in seconds since the epoch; absent for a key),
-- lifetimeSeconds, most.
CREATE OR REPLACE FUNCTION open_connection(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  displaced jsonb;
BEGIN
  -- Of the two ends the earlier; the other alone where one is null.
  INSERT INTO connections (id, owner_id, api_key_hash, expires_at) VALUES (p->>'connectionId', p->>'ownerId',
    p->>'apiKeyHash', least(to_timestamp((p->>'expiresAt')::double precision),
      clock_timestamp() + make_interval(secs => (p->>'lifetimeSeconds')::double precision)));
  WITH oldest AS (
    SELECT id FROM connections WHERE owner_id = p->>'ownerId'
    ORDER BY created_at DESC, id OFFSET (p->>'most')::integer),
  deleted AS (
    DELETE FROM connections AS c USING oldest
    WHERE c.owner_id = p->>'ownerId' AND c.id = oldest.id RETURNING c.id)
  SELECT coalesce(jsonb_agg(id), '[]') INTO displaced FROM deleted;
  RETURN jsonb_build_object('displaced', displaced);
END $$;

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

-- POST /v1/api-keys. Arguments: ownerId, apiKeyId, name, hash, lookup, hint, scopes, expiresAt, most,
-- idempotencyKey, idempotencyFingerprint. Outcomes: created, replayed, mismatch, too_many.
CREATE OR REPLACE FUNCTION create_api_key(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  earlier jsonb := remember_request(p, 'api_key', p->>'apiKeyId');
  k api_keys;
BEGIN
  IF earlier->>'outcome' = 'replayed' THEN
    SELECT * INTO k FROM api_keys WHERE owner_id = p->>'ownerId' AND id = earlier->>'id';
    RETURN jsonb_build_object('outcome', 'replayed', 'apiKey', to_jsonb(k));
  ELSIF earlier IS NOT NULL THEN
    RETURN earlier;
  END IF;
  -- The lock keeps two from both being the last one that is allowed.
  PERFORM FROM users WHERE id = p->>'ownerId' FOR NO KEY UPDATE;
  IF (SELECT count(*) FROM api_keys WHERE owner_id = p->>'ownerId' AND revoked_at IS NULL)
    >= (p->>'most')::integer THEN
    DELETE FROM idempotency_keys WHERE owner_id = p->>'ownerId' AND kind = 'api_key'
      AND key = p->>'idempotencyKey';
    RETURN '{"outcome": "too_many"}';
  END IF;
  INSERT INTO api_keys (id, owner_id, name, hash, lookup, hint, scopes, expires_at)
  VALUES (p->>'apiKeyId', p->>'ownerId', p->>'name', p->>'hash', p->>'lookup', p->>'hint', p->'scopes',
    (p->>'expiresAt')::timestamptz)
  RETURNING * INTO k;
  RETURN jsonb_build_object('outcome', 'created', 'apiKey', to_jsonb(k));
END $$;

-- Leaves a user without a default prompt. The caller sets another one in this transaction; the user's lock keeps
-- two that do so at once from colliding.
CREATE OR REPLACE FUNCTION unset_default_prompt(p_owner_id text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM users WHERE id = p_owner_id FOR NO KEY UPDATE;
  UPDATE system_prompts SET is_default = false, version = version + 1, updated_at = now()
  WHERE owner_id = p_owner_id AND is_default;
END $$;

-- Why the caller may not change a prompt, or null. Arguments: ownerId (the caller), isAdmin, expectedVersion.
CREATE OR REPLACE FUNCTION prompt_refusal(prompt system_prompts, p jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE
    WHEN prompt.id IS NULL THEN '{"outcome": "not_found"}'::jsonb
    WHEN prompt.owner_id <> p->>'ownerId' AND NOT (p->>'isAdmin')::boolean THEN '{"outcome": "forbidden"}'::jsonb
    -- Which prompt is a user's default is nobody else's to say.
    WHEN prompt.owner_id <> p->>'ownerId' AND p ? 'isDefault' THEN '{"outcome": "forbidden"}'::jsonb
    WHEN prompt.version <> (p->>'expectedVersion')::integer THEN '{"outcome": "stale"}'::jsonb
  END
$$;

-- Records what an admin did to another's prompt, and never its text. Arguments: ownerId (the admin), requestId, and
-- those of the change.
CREATE OR REPLACE FUNCTION record_prompt_action(prompt system_prompts, p jsonb, done text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF prompt.owner_id <> p->>'ownerId' THEN
    INSERT INTO admin_actions (id, admin_id, action, user_id, request_id, details)
    VALUES (new_id(), p->>'ownerId', done, prompt.owner_id, coalesce(p->>'requestId', ''),
      jsonb_strip_nulls(jsonb_build_object('systemPromptId', prompt.id, 'fields', (
        SELECT string_agg(field, ',') FROM unnest('{name,content,visibility}'::text[]) AS field WHERE p ? field))));
  END IF;
END $$;

-- POST /v1/system-prompts. Arguments: ownerId, systemPromptId, name, content, visibility, isDefault,
-- idempotencyKey, idempotencyFingerprint.
CREATE OR REPLACE FUNCTION create_system_prompt(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  earlier jsonb := remember_request(p, 'system_prompt', p->>'systemPromptId');
BEGIN
  IF earlier IS NOT NULL THEN
    RETURN earlier;
  END IF;
  IF (p->>'isDefault')::boolean THEN
    PERFORM unset_default_prompt(p->>'ownerId');
  END IF;
  INSERT INTO system_prompts (id, owner_id, name, content, visibility, is_default)
  VALUES (p->>'systemPromptId', p->>'ownerId', p->>'name', p->>'content', p->>'visibility',
    (p->>'isDefault')::boolean);
  RETURN jsonb_build_object('outcome', 'created', 'id', p->>'systemPromptId', 'createdAt', now());
END $$;

-- Arguments: those of prompt_refusal, requestId, systemPromptId, and what changes of name, content, visibility,
-- isDefault. Outcomes: updated, not_found, forbidden, stale.
CREATE OR REPLACE FUNCTION update_system_prompt(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  prompt system_prompts;
  refusal jsonb;
BEGIN
  SELECT * INTO prompt FROM system_prompts WHERE id = p->>'systemPromptId'
    AND (owner_id = p->>'ownerId' OR visibility = 'public');
  -- The user before the prompt, as whoever sets another default locks them.
  IF prompt.owner_id = p->>'ownerId' AND (p->>'isDefault')::boolean THEN
    PERFORM FROM users WHERE id = prompt.owner_id FOR NO KEY UPDATE;
  END IF;
  SELECT * INTO prompt FROM system_prompts WHERE id = p->>'systemPromptId'
    AND (owner_id = p->>'ownerId' OR visibility = 'public') FOR NO KEY UPDATE;
  refusal := prompt_refusal(prompt, p);
  IF refusal IS NOT NULL THEN
    RETURN refusal;
  END IF;
  IF (p->>'isDefault')::boolean AND NOT prompt.is_default THEN
    PERFORM unset_default_prompt(prompt.owner_id);
  END IF;
  UPDATE system_prompts SET name = coalesce(p->>'name', name), content = coalesce(p->>'content', content),
    visibility = coalesce(p->>'visibility', visibility),
    is_default = coalesce((p->>'isDefault')::boolean, is_default), version = version + 1, updated_at = now()
  WHERE owner_id = prompt.owner_id AND id = prompt.id RETURNING * INTO prompt;
  PERFORM record_prompt_action(prompt, p, 'prompt.changed');
  RETURN jsonb_build_object('outcome', 'updated', 'systemPrompt', to_jsonb(prompt));
END $$;

-- Arguments: those of prompt_refusal, requestId and systemPromptId. Outcomes: deleted, not_found, forbidden, stale.
-- Conversations and replies have their own copies of the text.
CREATE OR REPLACE FUNCTION delete_system_prompt(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  prompt system_prompts;
  refusal jsonb;
BEGIN
  SELECT * INTO prompt FROM system_prompts WHERE id = p->>'systemPromptId'
    AND (owner_id = p->>'ownerId' OR visibility = 'public') FOR NO KEY UPDATE;
  refusal := prompt_refusal(prompt, p);
  IF refusal IS NOT NULL THEN
    RETURN refusal;
  END IF;
  DELETE FROM system_prompts WHERE owner_id = prompt.owner_id AND id = prompt.id;
  PERFORM record_prompt_action(prompt, p, 'prompt.deleted');
  RETURN '{"outcome": "deleted"}';
END $$;

-- Remembers which row a request makes. Null: go on and make it; otherwise the answer. The same request at the
-- same time waits here for its twin.
CREATE OR REPLACE FUNCTION remember_request(p jsonb, p_kind text, p_resource_id text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  k idempotency_keys;
BEGIN
  IF p->>'idempotencyKey' IS NULL THEN
    RETURN NULL;
  END IF;
  INSERT INTO idempotency_keys (owner_id, kind, key, fingerprint, resource_id)
  VALUES (p->>'ownerId', p_kind, p->>'idempotencyKey', p->>'idempotencyFingerprint', p_resource_id)
  ON CONFLICT DO NOTHING;
  IF FOUND THEN
    RETURN NULL;
  END IF;
  SELECT * INTO k FROM idempotency_keys
  WHERE owner_id = p->>'ownerId' AND kind = p_kind AND key = p->>'idempotencyKey';
  IF k.fingerprint <> p->>'idempotencyFingerprint' THEN
    RETURN '{"outcome": "mismatch"}';
  END IF;
  RETURN jsonb_build_object('outcome', 'replayed', 'id', k.resource_id, 'createdAt', k.created_at);
END $$;

-- POST /v1/notes. Arguments: ownerId, noteId, title, content, tags, idempotencyKey, idempotencyFingerprint.
CREATE OR REPLACE FUNCTION create_note(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  earlier jsonb := remember_request(p, 'note', p->>'noteId');
BEGIN
  IF earlier IS NOT NULL THEN
    RETURN earlier;
  END IF;
  INSERT INTO notes (id, owner_id, title, content, tags)
  VALUES (p->>'noteId', p->>'ownerId', p->>'title', p->>'content', coalesce(p->'tags', '[]'));
  RETURN jsonb_build_object('outcome', 'created', 'id', p->>'noteId', 'createdAt', now());
END $$;

-- Arguments: ownerId, conversationId, noteId, most. Outcomes: pinned (now or before), not_found, too_many.
CREATE OR REPLACE FUNCTION pin_note(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  pinned integer;
BEGIN
  -- The lock also keeps two pins from both being the last one that is allowed.
  PERFORM FROM conversations WHERE owner_id = p->>'ownerId' AND id = p->>'conversationId'
    AND deleted_at IS NULL FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN '{"outcome": "not_found"}';
  END IF;
  PERFORM FROM notes WHERE owner_id = p->>'ownerId' AND id = p->>'noteId' FOR KEY SHARE;
  IF NOT FOUND THEN
    RETURN '{"outcome": "not_found"}';
  END IF;
  SELECT count(*) FILTER (WHERE note_id <> p->>'noteId') INTO pinned FROM conversation_notes
  WHERE owner_id = p->>'ownerId' AND conversation_id = p->>'conversationId';
  IF pinned >= (p->>'most')::integer THEN
    RETURN '{"outcome": "too_many"}';
  END IF;
  INSERT INTO conversation_notes (owner_id, conversation_id, note_id)
  VALUES (p->>'ownerId', p->>'conversationId', p->>'noteId') ON CONFLICT DO NOTHING;
  RETURN '{"outcome": "pinned"}';
END $$;

-- Arguments: ownerId, conversationId, noteId. Outcomes: unpinned (now or before), not_found.
CREATE OR REPLACE FUNCTION unpin_note(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM conversations WHERE owner_id = p->>'ownerId' AND id = p->>'conversationId'
      AND deleted_at IS NULL)
    OR NOT EXISTS (SELECT FROM notes WHERE owner_id = p->>'ownerId' AND id = p->>'noteId') THEN
    RETURN '{"outcome": "not_found"}';
  END IF;
  DELETE FROM conversation_notes WHERE owner_id = p->>'ownerId' AND conversation_id = p->>'conversationId'
    AND note_id = p->>'noteId';
  RETURN '{"outcome": "unpinned"}';
END $$;

-- The newest messages before a reply that can matter to its prompt, newest first: ids, roles, contents and positions
-- side by side, which takes a third of the time of an object for each.
CREATE OR REPLACE FUNCTION earlier_messages(p_owner_id text, p_conversation_id text, before_position integer, room bigint)
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
BEGIN
  SELECT * INTO c FROM conversations WHERE owner_id = p->>'ownerId' AND id = p->>'conversationId'
    AND deleted_at IS NULL;
  IF NOT FOUND THEN
    RETURN '{"outcome": "not_found"}';
  END IF;
  SELECT * INTO u FROM users WHERE id = c.owner_id;
  asked := asked_model(c, p);
  IF asked->'contextTokens' IS NULL THEN
    RETURN jsonb_build_object('outcome', 'unknown_model', 'model', asked->>'id');
  END IF;
  c.system_prompt := fill_prompt(c.system_prompt, c.metadata);
  r.owner_id := c.owner_id;
  r.conversation_id := c.id;
  r.position := c.next_position;
  r.context_tokens := (asked->>'contextTokens')::integer;
  RETURN jsonb_build_object('outcome', 'estimated', 'model', asked, 'systemPrompt', c.system_prompt,
    'highestCharge', highest_price(c, asked, p->>'content'), 'balance', u.token_balance,
    'held', u.tokens_held, 'history', reply_history(r), 'notes', prompt_notes(r.owner_id, r.conversation_id));
END $$;

-- Which of these still lack an embedding. Arguments: kind, model, dimensions, items [{ ownerId, id }]. Answers the
-- same with text and hash; null where the server has no vectors.
CREATE OR REPLACE FUNCTION unembedded(p jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
  answer jsonb;
BEGIN
  IF to_regclass('message_embeddings') IS NULL THEN
    RETURN NULL;
  END IF;
  EXECUTE format('SELECT coalesce(jsonb_agg(jsonb_build_object(''ownerId'', t.owner_id, ''id'', t.id, ''text'', t.text,
      ''hash'', md5(t.text))), ''[]'')
    FROM (SELECT DISTINCT i->>''ownerId'' AS owner_id, i->>''id'' AS id FROM jsonb_array_elements($1->''items'') AS i) AS item
    JOIN %I AS t ON t.owner_id = item.owner_id AND t.id = item.id
    WHERE NOT EXISTS (SELECT FROM %I AS e WHERE e.owner_id = t.owner_id AND e.id = t.id
      AND e.model = $1->>''model'' AND e.dimensions = ($1->>''dimensions'')::integer)',
    'embeddable_' || (p->>'kind'), (p->>'kind') || '_embeddings') INTO answer USING p;
  RETURN answer;
END $$;

-- The next texts that lack an embedding, in order of owner and id. Arguments: kind, model, dimensions, limit,
-- after { ownerId, id } and sinceSeconds (only texts that new), each null for all.
CREATE OR REPLACE FUNCTION missing_embeddings(p jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  answer jsonb;
BEGIN
  IF to_regclass('message_embeddings') IS NULL THEN
    RETURN '[]';
  END IF;
  EXECUTE format('SELECT coalesce(jsonb_agg(jsonb_build_object(''ownerId'', owner_id, ''id'', id) ORDER BY owner_id, id), ''[]'')
    FROM (SELECT t.owner_id, t.id FROM %I AS t
      WHERE ($1 IS NULL OR (t.owner_id, t.id) > ($1, $2)) AND ($3 IS NULL OR t.created_at > now() - make_interval(secs => $3))
        AND NOT EXISTS (SELECT FROM %I AS e WHERE e.owner_id = t.owner_id AND e.id = t.id AND e.model = $4
          AND e.dimensions = $5)
      ORDER BY t.owner_id, t.id LIMIT $6) AS page', 'embeddable_' || (p->>'kind'), (p->>'kind') || '_embeddings')
    INTO answer USING p->'after'->>'ownerId', p->'after'->>'id', (p->>'sinceSeconds')::double precision, p->>'model',
      (p->>'dimensions')::integer, (p->>'limit')::integer;
  RETURN answer;
END $$;

-- Keeps embeddings of texts that are still the same. Arguments: kind, model, dimensions, rows [{ ownerId, id, hash,
-- embedding }]. Answers how many.
CREATE OR REPLACE FUNCTION store_embeddings(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  stored integer;
BEGIN
  -- The lock makes an edit under way wait, and then forget what is stored here.
  EXECUTE format('WITH rows AS (
      SELECT r->>''ownerId'' AS owner_id, r->>''id'' AS id, r->>''hash'' AS hash, r->>''embedding'' AS embedding
      FROM jsonb_array_elements($1->''rows'') AS r),
    locked AS (
      SELECT rows.*, md5(t.text) AS present FROM %1$I AS t
      JOIN rows ON rows.owner_id = t.owner_id AND rows.id = t.id
      ORDER BY t.owner_id, t.id FOR SHARE OF t)
    INSERT INTO %2$I AS kept (owner_id, id, model, dimensions, embedding)
    SELECT owner_id, id, $1->>''model'', ($1->>''dimensions'')::integer, embedding::vector FROM locked
    WHERE hash = present
    ON CONFLICT (owner_id, id) DO UPDATE SET model = excluded.model, dimensions = excluded.dimensions,
      embedding = excluded.embedding, updated_at = now()',
    'embeddable_' || (p->>'kind'), (p->>'kind') || '_embeddings') USING p;
  GET DIAGNOSTICS stored = ROW_COUNT;
  RETURN jsonb_build_object('stored', stored);
END $$;

-- The nearest of the owner's texts. Arguments: kind, ownerId, embedding, model, dimensions, k, few (up to so many
-- are compared without the index). Null where the server has no vectors or the owner no embeddings of this model.
CREATE OR REPLACE FUNCTION similar_by_vector(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  is_note boolean := p->>'kind' = 'note';
  size integer := (p->>'dimensions')::integer;
  k integer := (p->>'k')::integer;
  few integer := coalesce((p->>'few')::integer, 5000);
  embedded integer;
  statement text;
  answer jsonb;
BEGIN
  IF to_regclass('message_embeddings') IS NULL THEN
    RETURN NULL;
  END IF;
  EXECUTE format('SELECT count(*) FROM (SELECT FROM %I WHERE owner_id = $1 AND model = $2 AND dimensions = $3
    LIMIT $4 + 1) AS counted', (p->>'kind') || '_embeddings')
    INTO embedded USING p->>'ownerId', p->>'model', size, few;
  IF embedded = 0 THEN
    RETURN NULL;
  END IF;
  -- `%4$s` keeps an owner of few texts from the index of all owners': theirs are compared one by one, exactly.
  statement := format('SELECT coalesce(jsonb_agg(jsonb_build_object(%5$L, to_jsonb(t) - ''words'', ''score'',
      round((1 - near.distance)::numeric, 4)) ORDER BY near.distance, t.id), ''[]'')
    FROM (SELECT e.id, (e.embedding::vector(%1$s) <=> $3::vector(%1$s)) %4$s AS distance FROM %2$I AS e
      JOIN %3$I AS t ON t.owner_id = e.owner_id AND t.id = e.id %6$s
      WHERE e.owner_id = $1 AND e.model = $2 AND e.dimensions = %1$s
      ORDER BY distance LIMIT $4) AS near
    JOIN %3$I AS t ON t.owner_id = $1 AND t.id = near.id', size, (p->>'kind') || '_embeddings', (p->>'kind') || 's',
    '%s', p->>'kind', CASE WHEN is_note THEN '' ELSE 'AND t.is_active AND NOT t.is_deleted
      JOIN conversations AS c ON c.owner_id = t.owner_id AND c.id = t.conversation_id AND c.deleted_at IS NULL' END);
  IF embedded > few THEN
    -- The index is read on until k rows of this owner have come.
    PERFORM set_config('hnsw.iterative_scan', 'strict_order', true), set_config('hnsw.max_scan_tuples', '40000', true);
    EXECUTE format(statement, '') INTO answer USING p->>'ownerId', p->>'model', p->>'embedding', k;
  END IF;
  IF answer IS NULL OR jsonb_array_length(answer) < k THEN
    EXECUTE format(statement, '+ 0') INTO answer USING p->>'ownerId', p->>'model', p->>'embedding', k;
  END IF;
  RETURN answer;
END $$;
