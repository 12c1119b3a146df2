-- Refuses, by exception, what has made more of a user's than may be stored, in the transaction that has written it.
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
END $$;
