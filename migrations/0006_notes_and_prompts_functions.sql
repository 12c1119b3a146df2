-- Remembers which row a request makes. Null: go on and make it; otherwise the answer. The same request at the
-- same time waits here for its twin.
CREATE FUNCTION remember_request(p jsonb, p_kind text, p_resource_id text) RETURNS jsonb LANGUAGE plpgsql AS $$
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
--> statement-breakpoint
-- POST /v1/notes. Arguments: ownerId, noteId, title, content, tags, idempotencyKey, idempotencyFingerprint.
CREATE FUNCTION create_note(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
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
--> statement-breakpoint
-- Arguments: ownerId, conversationId, noteId, most. Outcomes: pinned (now or before), not_found, too_many.
CREATE FUNCTION pin_note(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
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
--> statement-breakpoint
-- Arguments: ownerId, conversationId, noteId. Outcomes: unpinned (now or before), not_found.
CREATE FUNCTION unpin_note(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
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
--> statement-breakpoint
-- The prompt of this id that a user may use: their own, or anybody's public one.
CREATE FUNCTION usable_prompt(p_owner_id text, p_prompt_id text) RETURNS setof system_prompts
LANGUAGE sql STABLE AS $$
  SELECT * FROM system_prompts
  WHERE id = p_prompt_id AND (owner_id = p_owner_id OR visibility = 'public')
$$;
--> statement-breakpoint
-- Leaves a user without a default prompt. The caller sets another one in this transaction; the user's lock keeps
-- two that do so at once from colliding.
CREATE FUNCTION unset_default_prompt(p_owner_id text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM users WHERE id = p_owner_id FOR NO KEY UPDATE;
  UPDATE system_prompts SET is_default = false, version = version + 1, updated_at = now()
  WHERE owner_id = p_owner_id AND is_default;
END $$;
--> statement-breakpoint
-- POST /v1/system-prompts. Arguments: ownerId, systemPromptId, name, content, visibility, isDefault,
-- idempotencyKey, idempotencyFingerprint.
CREATE FUNCTION create_system_prompt(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
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
--> statement-breakpoint
-- Why the caller may not change a prompt, or null. Arguments: ownerId (the caller), isAdmin, expectedVersion.
CREATE FUNCTION prompt_refusal(prompt system_prompts, p jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE
    WHEN prompt.id IS NULL THEN '{"outcome": "not_found"}'::jsonb
    WHEN prompt.owner_id <> p->>'ownerId' AND NOT (p->>'isAdmin')::boolean THEN '{"outcome": "forbidden"}'::jsonb
    -- Which prompt is a user's default is nobody else's to say.
    WHEN prompt.owner_id <> p->>'ownerId' AND p ? 'isDefault' THEN '{"outcome": "forbidden"}'::jsonb
    WHEN prompt.version <> (p->>'expectedVersion')::integer THEN '{"outcome": "stale"}'::jsonb
  END
$$;
--> statement-breakpoint
-- Arguments: those of prompt_refusal, systemPromptId, and what changes of name, content, visibility, isDefault.
-- Outcomes: updated, not_found, forbidden, stale.
CREATE FUNCTION update_system_prompt(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
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
  RETURN jsonb_build_object('outcome', 'updated', 'systemPrompt', to_jsonb(prompt));
END $$;
--> statement-breakpoint
-- Arguments: those of prompt_refusal and systemPromptId. Outcomes: deleted, not_found, forbidden, stale.
-- Conversations and replies have their own copies of the text.
CREATE FUNCTION delete_system_prompt(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
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
  RETURN '{"outcome": "deleted"}';
END $$;
--> statement-breakpoint
-- A prompt with each {{name}} replaced by that value of the metadata. Names without a value stay as written, and
-- values are never read for names of their own. A result above 65 536 characters is not made: the prompt then
-- stays as written.
CREATE FUNCTION fill_prompt(prompt text, metadata jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN prompt IS NULL OR strpos(prompt, '{{') = 0 OR sum(length(filled)) > 65536 THEN prompt
    ELSE string_agg(filled, '' ORDER BY place) END
  FROM (
    SELECT place, CASE
      WHEN place = 1 THEN part
      WHEN metadata ? name THEN (metadata->>name) || substr(part, strpos(part, '}}') + 2)
      ELSE '{{' || part END AS filled
    FROM string_to_table(prompt, '{{') WITH ORDINALITY AS parts (part, place),
      -- Braces inside make it no name: {{{x}}} stays as written.
      LATERAL (SELECT btrim(substring(part FROM '^([^{}]+)}}')) AS name) AS named) AS pieces
$$;
--> statement-breakpoint
-- Pinned notes for the prompt, oldest pin first, with no more text than their budget could ever hold; and whether
-- there is anything to search.
CREATE FUNCTION reply_notes(r replies) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
    'hasNotes', EXISTS (SELECT FROM notes WHERE owner_id = r.owner_id),
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
-- Queues the reply to message m: rate, balance, hold, ledger, conversation. Refuses by exception.
CREATE OR REPLACE FUNCTION queue_reply(c conversations, m messages, p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  u users;
  r replies;
  refusal jsonb;
  asked jsonb;
  price bigint;
BEGIN
  SELECT * INTO u FROM users WHERE id = c.owner_id FOR NO KEY UPDATE;
  IF u.disabled_at IS NOT NULL THEN
    PERFORM refuse('{"outcome": "disabled"}');
  END IF;
  refusal := take_send_rate(u, p);
  IF refusal IS NOT NULL THEN
    PERFORM refuse(refusal);
  END IF;
  asked := asked_model(c, p);
  c.system_prompt := fill_prompt(c.system_prompt, c.metadata);
  price := highest_price(c, asked, m.content);
  IF u.token_balance - u.tokens_held < price THEN
    PERFORM refuse(jsonb_build_object('outcome', 'insufficient_tokens', 'balance', u.token_balance,
      'held', u.tokens_held, 'price', price));
  END IF;
  INSERT INTO replies (id, owner_id, conversation_id, message_id, ordinal, position, model, context_tokens,
    max_output_tokens, system_prompt, deadline_at, price_flat, price_input, price_output, tokens_held,
    idempotency_key, idempotency_fingerprint)
  VALUES (p->>'replyId', c.owner_id, c.id, m.id, c.next_ordinal, m.position + 1, asked->>'id',
    (asked->>'contextTokens')::integer, (asked->>'maxOutputTokens')::integer, c.system_prompt,
    now() + make_interval(secs => (p->>'deadlineSeconds')::double precision), (asked->>'priceFlat')::integer,
    (asked->>'priceInput')::double precision, (asked->>'priceOutput')::double precision, price,
    p->>'replyIdempotencyKey', p->>'replyIdempotencyFingerprint')
  RETURNING * INTO r;
  UPDATE users SET tokens_held = tokens_held + price, version = version + 1, updated_at = now()
  WHERE id = c.owner_id;
  INSERT INTO token_ledger (id, owner_id, kind, amount, reply_id, reason)
  VALUES (new_id(), c.owner_id, 'hold', price, r.id, 'reply');
  UPDATE conversations SET next_ordinal = next_ordinal + 1, version = version + 1, updated_at = now()
  WHERE owner_id = c.owner_id AND id = c.id;
  RETURN to_jsonb(r);
END $$;
--> statement-breakpoint
-- What a reply may cost at most: the flat price, or input estimate + maximum output of a metered model.
-- Octets / 2 is above the tokens of any text in practice; only the newest 500 messages are measured. Whoever has
-- notes may have 4 000 tokens of them pinned, and 4 searches of 2 000 tokens, each of which sends all again.
CREATE OR REPLACE FUNCTION highest_price(c conversations, asked jsonb, newest text) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
  octets bigint;
  input bigint;
BEGIN
  IF asked->>'priceFlat' IS NOT NULL THEN
    RETURN (asked->>'priceFlat')::bigint;
  END IF;
  SELECT coalesce(sum(octet_length(content)), 0) INTO octets FROM (
    SELECT content FROM messages WHERE owner_id = c.owner_id AND conversation_id = c.id AND is_active
    ORDER BY position DESC LIMIT 500) AS recent;
  octets := octets + octet_length(newest) + coalesce(octet_length(c.system_prompt), 0);
  IF EXISTS (SELECT FROM notes WHERE owner_id = c.owner_id) THEN
    input := 5 * least(octets / 2 + 16 + 4000 + 4 * 2000, (asked->>'contextTokens')::bigint);
  ELSE
    input := least(octets / 2 + 16, (asked->>'contextTokens')::bigint);
  END IF;
  RETURN ceil((input * (asked->>'priceInput')::double precision
    + (asked->>'maxOutputTokens')::bigint * (asked->>'priceOutput')::double precision) / 1000);
END $$;
--> statement-breakpoint
-- POST /v1/conversations. Arguments: ownerId, conversationId, title, description, systemPrompt (absent: the
-- caller's default), systemPromptId, conversationModel, metadata, and with `content` those of send_message.
CREATE OR REPLACE FUNCTION create_conversation(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  c conversations;
  prompt system_prompts;
  earlier jsonb := created_before(p);
  sent jsonb := '{}';
  answer text;
BEGIN
  IF earlier IS NOT NULL THEN
    RETURN earlier;
  END IF;
  IF p->>'systemPromptId' IS NOT NULL THEN
    SELECT * INTO prompt FROM usable_prompt(p->>'ownerId', p->>'systemPromptId');
    IF NOT FOUND THEN
      RETURN '{"outcome": "prompt_not_found"}';
    END IF;
  ELSIF NOT p ? 'systemPrompt' AND NOT p ? 'systemPromptId' THEN
    SELECT * INTO prompt FROM system_prompts WHERE owner_id = p->>'ownerId' AND is_default;
  END IF;
  INSERT INTO conversations (id, owner_id, title, description, system_prompt, system_prompt_id, model, metadata,
    idempotency_key, idempotency_fingerprint)
  VALUES (p->>'conversationId', p->>'ownerId', p->>'title', p->>'description',
    coalesce(prompt.content, p->>'systemPrompt'), prompt.id, p->>'conversationModel',
    coalesce(p->'metadata', '{}'), p->>'conversationIdempotencyKey', p->>'conversationIdempotencyFingerprint')
  RETURNING * INTO c;
  IF p->>'content' IS NOT NULL THEN
    sent := add_message(c, p - 'metadata');
    SELECT * INTO c FROM conversations WHERE owner_id = c.owner_id AND id = c.id;
  END IF;
  RETURN sent || jsonb_build_object('outcome', 'created', 'conversation', conversation_json(c));
EXCEPTION
  WHEN SQLSTATE 'PY001' THEN
    GET STACKED DIAGNOSTICS answer = PG_EXCEPTION_DETAIL;
    RETURN answer::jsonb;
  WHEN unique_violation THEN
    earlier := created_before(p);
    IF earlier IS NULL THEN
      RAISE;
    END IF;
    RETURN earlier;
END $$;
--> statement-breakpoint
-- The only way into a terminal state: status, settlement of the hold, conversation. The caller holds the
-- locks of conversation and reply. `patch` has the columns that the ending sets.
CREATE OR REPLACE FUNCTION end_reply(r replies, ending text, charge bigint, patch jsonb) RETURNS replies LANGUAGE plpgsql AS $$
DECLARE
  debit bigint := least(greatest(charge, 0), r.tokens_held);
BEGIN
  UPDATE replies SET status = ending, finished_at = clock_timestamp(), leased_until = NULL,
    tokens_charged = debit, assistant_message_id = patch->>'assistantMessageId',
    finish_reason = patch->>'finishReason', error_code = patch->>'errorCode',
    error_message = patch->>'errorMessage', context = coalesce(patch->'context', context),
    note_ids = coalesce(patch->'noteIds', note_ids),
    input_tokens = coalesce((patch->>'inputTokens')::integer, input_tokens),
    output_tokens = coalesce((patch->>'outputTokens')::integer, output_tokens),
    -- The text of an answered reply is its message's.
    partial_text = CASE WHEN patch->>'assistantMessageId' IS NULL THEN partial_text ELSE '' END,
    sequence = sequence + 1, updated_at = now()
  WHERE owner_id = r.owner_id AND id = r.id
  RETURNING * INTO r;
  UPDATE users SET token_balance = token_balance - debit, tokens_held = tokens_held - r.tokens_held,
    version = version + 1, updated_at = now()
  WHERE id = r.owner_id;
  INSERT INTO token_ledger (id, owner_id, kind, amount, reply_id, reason)
  SELECT new_id(), r.owner_id, entry.kind, entry.amount, r.id, ending
  FROM (VALUES ('debit', debit), ('release', r.tokens_held - debit)) AS entry (kind, amount)
  WHERE entry.amount > 0;
  UPDATE conversations SET version = version + 1, updated_at = now()
  WHERE owner_id = r.owner_id AND id = r.conversation_id;
  RETURN r;
END $$;
--> statement-breakpoint
-- Takes a reply for one worker. Arguments: ownerId, replyId, leaseSeconds. Outcomes: claimed (with history and
-- notes), missing, finished, blocked (an earlier reply of the conversation is unfinished), leased, expired.
CREATE OR REPLACE FUNCTION claim_reply(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  r replies;
  expired jsonb;
BEGIN
  SELECT * INTO r FROM replies WHERE owner_id = p->>'ownerId' AND id = p->>'replyId';
  IF NOT FOUND THEN
    RETURN '{"outcome": "missing"}';
  END IF;
  IF r.finished_at IS NULL AND r.deadline_at <= clock_timestamp() THEN
    SELECT coalesce(jsonb_agg(e.id), '[]') INTO expired FROM expire_replies(r.owner_id, r.conversation_id) AS e;
    RETURN jsonb_build_object('outcome', 'expired', 'ownerId', r.owner_id, 'conversationId', r.conversation_id,
      'replyIds', expired, 'nextReplyId', next_reply(r.owner_id, r.conversation_id));
  END IF;
  IF next_reply(r.owner_id, r.conversation_id) <> r.id THEN
    RETURN '{"outcome": "blocked"}';
  END IF;
  UPDATE replies SET attempt = attempt + 1, status = 'in_progress', partial_text = '', note_ids = '[]',
    sequence = sequence + 1, started_at = coalesce(started_at, clock_timestamp()), updated_at = now(),
    leased_until = clock_timestamp() + make_interval(secs => (p->>'leaseSeconds')::double precision)
  WHERE owner_id = r.owner_id AND id = r.id AND finished_at IS NULL
    AND (status = 'queued' OR leased_until < clock_timestamp())
  RETURNING * INTO r;
  IF NOT FOUND THEN
    SELECT * INTO r FROM replies WHERE owner_id = p->>'ownerId' AND id = p->>'replyId';
    RETURN jsonb_build_object('outcome', CASE WHEN r.finished_at IS NULL THEN 'leased' ELSE 'finished' END,
      'leaseSecondsLeft', extract(epoch FROM r.leased_until - clock_timestamp()));
  END IF;
  RETURN jsonb_build_object('outcome', 'claimed', 'reply', to_jsonb(r), 'history', reply_history(r),
    'notes', reply_notes(r));
END $$;
