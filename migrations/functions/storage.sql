-- What is kept of a user takes about that many bytes, with the rows of its replies and its ledger and all indexes, as
-- docs/operations.md measured it.
CREATE OR REPLACE FUNCTION stored_size(account users) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT 3 * account.stored_bytes + 1700 * account.stored_messages + 1200 * (account.stored_conversations
    + account.stored_notes + account.stored_system_prompts);
$$;

-- Refuses, by exception, what has made more of a user's, or of all together, than may be stored, in the transaction that
-- has written it.
-- before: the user's row at its beginning. What does not grow is never refused, also where limits were lowered since.
CREATE OR REPLACE FUNCTION require_room(before users) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  account users;
  limits storage_limits;
  kind record;
BEGIN
  SELECT * INTO account FROM users WHERE id = before.id;
  SELECT * INTO limits FROM storage_limits;
  SELECT * INTO kind FROM (VALUES
    ('conversations', before.stored_conversations, account.stored_conversations, limits.conversations),
    ('messages', before.stored_messages, account.stored_messages, limits.messages),
    ('notes', before.stored_notes, account.stored_notes, limits.notes),
    ('systemPrompts', before.stored_system_prompts, account.stored_system_prompts, limits.system_prompts),
    ('apiKeys', before.stored_api_keys, account.stored_api_keys, limits.api_keys),
    ('bytes', before.stored_bytes, account.stored_bytes, limits.bytes)) AS counted (name, earlier, used, maximum)
  WHERE maximum > 0 AND used > maximum AND used > earlier LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'storage is full' USING ERRCODE = 'PY004',
      DETAIL = jsonb_build_object('kind', kind.name, 'limit', kind.maximum)::text;
  END IF;
  IF limits.total_bytes = 0 OR account.stored_bytes <= before.stored_bytes THEN RETURN; END IF;
  -- Counted once a minute by one of those who write, who is let through: what is refused is undone, the count with it.
  IF coalesce(limits.counted_at < now() - interval '1 minute', true)
    AND pg_try_advisory_xact_lock(hashtext('storage_limits.counted_bytes')) THEN
    UPDATE storage_limits SET counted_at = now(),
      counted_bytes = (SELECT coalesce(sum(stored_size(users)), 0) FROM users);
  ELSIF limits.counted_bytes >= limits.total_bytes THEN
    RAISE EXCEPTION 'storage is full' USING ERRCODE = 'PY004',
      DETAIL = jsonb_build_object('kind', 'total', 'limit', limits.total_bytes)::text;
  END IF;
END $$;
