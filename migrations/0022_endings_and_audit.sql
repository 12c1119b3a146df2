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
--> statement-breakpoint
-- Whom to tell of what an answer of the other functions says has happened: the owner's open connections and, only when
-- there are any, the states of the replies that the answer names. Beside them, connections that may hear nothing any
-- more (their token has expired, their key is revoked, their user disabled): whoever tells the others closes these.
CREATE OR REPLACE FUNCTION reply_news(answer jsonb, p_owner_id text) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  ids jsonb;
  ended jsonb;
  told jsonb := '[]';
BEGIN
  SELECT coalesce(jsonb_agg(id ORDER BY created_at) FILTER (WHERE hears), '[]'),
    coalesce(jsonb_agg(id ORDER BY created_at) FILTER (WHERE NOT hears), '[]') INTO ids, ended
  FROM (SELECT c.id, c.created_at, may_hear(c) AS hears FROM connections AS c WHERE c.owner_id = p_owner_id) AS all_of;
  -- Nothing has happened when a request is repeated or comes too late.
  IF ids <> '[]' AND answer->>'outcome' NOT IN ('replayed', 'repeated', 'ended') THEN
    SELECT coalesce(jsonb_agg(reply_state(r) ORDER BY r.conversation_id, r.ordinal), '[]') INTO told
    FROM replies AS r WHERE r.owner_id = p_owner_id AND r.id = ANY (
      ARRAY[answer->'reply'->>'id']
      || ARRAY(SELECT e->>'id' FROM jsonb_array_elements(coalesce(answer->'cancelled', '[]')) AS e)
      || ARRAY(SELECT jsonb_array_elements_text(coalesce(answer->'replyIds', '[]'))));
  END IF;
  RETURN jsonb_build_object('ownerId', p_owner_id, 'connectionIds', ids, 'endedConnectionIds', ended, 'replies', told);
END $$;
--> statement-breakpoint
-- Pinned notes for the prompt, oldest pin first, with no more text than their budget could ever hold; and whether the
-- owner has notes besides these, to search.
CREATE OR REPLACE FUNCTION reply_notes(r replies) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
    'hasNotes', EXISTS (SELECT FROM notes AS n WHERE n.owner_id = r.owner_id AND NOT EXISTS (
      SELECT FROM conversation_notes AS pin WHERE pin.owner_id = n.owner_id
        AND pin.conversation_id = r.conversation_id AND pin.note_id = n.id)),
    'pinned', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'title', title, 'tags', tags,
        'content', left(content, greatest(32000 - before, 0)::integer),
        'isCut', length(content) > greatest(32000 - before, 0)) ORDER BY pinned_at, id), '[]')
      FROM (
        SELECT n.id, n.title, n.tags, n.content, pin.created_at AS pinned_at,
          sum(length(n.content)) OVER (ORDER BY pin.created_at, n.id) - length(n.content) AS before
        FROM conversation_notes AS pin JOIN notes AS n ON n.owner_id = pin.owner_id AND n.id = pin.note_id
        WHERE pin.owner_id = r.owner_id AND pin.conversation_id = r.conversation_id) AS pins))
$$;
--> statement-breakpoint
-- Records what an admin did to another's prompt, and never its text. Arguments: ownerId (the admin), requestId, and
-- those of the change.
CREATE FUNCTION record_prompt_action(prompt system_prompts, p jsonb, done text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF prompt.owner_id <> p->>'ownerId' THEN
    INSERT INTO admin_actions (id, admin_id, action, user_id, request_id, details)
    VALUES (new_id(), p->>'ownerId', done, prompt.owner_id, coalesce(p->>'requestId', ''),
      jsonb_strip_nulls(jsonb_build_object('systemPromptId', prompt.id, 'fields', (
        SELECT string_agg(field, ',') FROM unnest('{name,content,visibility}'::text[]) AS field WHERE p ? field))));
  END IF;
END $$;
--> statement-breakpoint
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
--> statement-breakpoint
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
--> statement-breakpoint
-- The first step of an account's deletion: nothing is sent from then on, and every token is refused but for going on
-- with it. Arguments: ownerId, username (Cognito's, for whoever finishes what is broken off), tombstoneSeconds.
-- Outcomes: begun (now or before), not_found.
CREATE OR REPLACE FUNCTION begin_account_deletion(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  u users;
BEGIN
  UPDATE users SET disabled_at = coalesce(disabled_at, now()), version = version + 1, updated_at = now(),
    deletion = coalesce(deletion, jsonb_build_object('pseudonym', 'deleted-' || gen_random_uuid(), 'erased', '{}'::jsonb))
      || jsonb_strip_nulls(jsonb_build_object('username', p->>'username'))
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
