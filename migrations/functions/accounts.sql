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

-- Cancels unfinished replies of a user, keeping their text. Arguments: ownerId, limit. Answers which; none when there
-- are no more. Every lock on a conversation comes before the user's.
CREATE OR REPLACE FUNCTION cancel_replies(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
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

-- Moves ledger entries to the pseudonym that the deletion has chosen; amounts and kinds stay, and of the reasons only
-- those that no admin wrote. Answers how many.
CREATE OR REPLACE FUNCTION pseudonymise_ledger(u users, most integer) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  moved bigint;
BEGIN
  UPDATE token_ledger SET owner_id = u.deletion->>'pseudonym', reply_id = NULL, updated_at = now(),
    reason = CASE WHEN kind <> 'grant' OR reason IN ('welcome', 'refill') THEN reason ELSE 'granted' END
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
