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
