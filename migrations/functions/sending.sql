-- A refusal inside a transaction that has already written: rolled back by the caller's exception block.
-- Its detail is the JSON answer.
CREATE OR REPLACE FUNCTION refuse(answer jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'refused' USING ERRCODE = 'PY001', DETAIL = answer::text;
END $$;

-- The user after one more send. Refuses it when there were too many: the one place where both limits are counted.
-- p: ratePerSecond, rateBurst, ratePerMinute; 0 is no limit.
CREATE OR REPLACE FUNCTION with_send_rate(account users, p jsonb) RETURNS users LANGUAGE plpgsql AS $$
DECLARE
  at timestamptz := clock_timestamp();
  per_second double precision := (p->>'ratePerSecond')::double precision;
  burst double precision := (p->>'rateBurst')::double precision;
  per_minute integer := (p->>'ratePerMinute')::integer;
BEGIN
  account.send_allowed_at := greatest(account.send_allowed_at, at);
  IF per_second > 0 THEN
    account.send_allowed_at := account.send_allowed_at + make_interval(secs => 1 / per_second);
    IF account.send_allowed_at > at + make_interval(secs => burst / per_second) THEN
      PERFORM refuse(jsonb_build_object('outcome', 'rate_limited', 'policy', 'second', 'retryAfterSeconds',
        extract(epoch FROM account.send_allowed_at - at) - burst / per_second));
    END IF;
  END IF;
  IF account.send_window_started_at IS NULL OR account.send_window_started_at + interval '60 seconds' <= at THEN
    account.send_window_started_at := at;
    account.send_window_count := 0;
  END IF;
  IF per_minute > 0 AND account.send_window_count >= per_minute THEN
    PERFORM refuse(jsonb_build_object('outcome', 'rate_limited', 'policy', 'minute', 'retryAfterSeconds',
      60 - extract(epoch FROM at - account.send_window_started_at)));
  END IF;
  account.send_window_count := account.send_window_count + 1;
  RETURN account;
END $$;

-- Limits, prices and parameters of a model: as an admin wrote them, else as the deployment's settings have them, which
-- `models` has by id, and under `provider/*` for any other model of that provider. null: it is not offered.
CREATE OR REPLACE FUNCTION model_terms(model_id text, p jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
  provider text := split_part(model_id, '/', 1);
  model models;
BEGIN
  SELECT * INTO model FROM models WHERE id = model_id;
  IF NOT FOUND THEN
    RETURN coalesce(p->'models'->model_id, p->'models'->(provider || '/*'));
  END IF;
  IF NOT model.is_enabled OR NOT p->'providers' ? provider THEN
    RETURN NULL;
  END IF;
  RETURN jsonb_strip_nulls(jsonb_build_object('contextTokens', model.context_tokens,
    'maxOutputTokens', model.max_output_tokens, 'priceFlat', model.price_flat, 'priceInput', model.price_input,
    'priceOutput', model.price_output, 'priceCachedInput', model.price_cached_input,
    'background', model.background, 'parameters', model.parameters, 'costPerMillion', model.cost_per_million));
END $$;

-- The model of conversations that name none: the one that an admin chose, else that of the settings.
CREATE OR REPLACE FUNCTION default_model_id(p jsonb) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT coalesce((SELECT id FROM models WHERE is_default AND p->'providers' ? split_part(id, '/', 1)), p->>'defaultModel')
$$;

-- The model to ask with its terms: the request's, else the conversation's, else the default. One that is not offered has
-- no terms. What the reply is asked with goes with it: the conversation's settings and over them the request's, key by
-- key, of which null takes one away; they may lower the model's limit.
CREATE OR REPLACE FUNCTION asked_model(conversation conversations, p jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
  id text := coalesce(p->>'model', conversation.model);
  terms jsonb;
  settings jsonb := jsonb_strip_nulls(conversation.settings || coalesce(p->'settings', '{}'));
BEGIN
  id := coalesce(id, default_model_id(p));
  terms := coalesce(model_terms(id, p), '{}');
  RETURN terms || jsonb_build_object('id', id, 'settings', settings,
    'maxOutputTokens', least((terms->>'maxOutputTokens')::bigint, (settings->>'maxOutputTokens')::bigint),
    'inputLimit', input_limit((terms->>'contextTokens')::bigint, (p->>'replyInputTokens')::bigint));
END $$;

-- The refusal of a setting that the asked model does not take, with the models that do; null where it takes all of them.
CREATE OR REPLACE FUNCTION untaken_parameter(asked jsonb, p jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
  untaken text;
BEGIN
  SELECT key INTO untaken FROM jsonb_object_keys(asked->'settings') AS key WHERE NOT asked->'parameters' ? key LIMIT 1;
  RETURN CASE WHEN FOUND THEN jsonb_build_object('outcome', 'untaken_parameter', 'parameter', untaken, 'model', asked->'id',
    'models', (SELECT coalesce(jsonb_agg(id ORDER BY id), '[]')
      FROM (SELECT jsonb_object_keys(p->'models') AS id UNION SELECT models.id FROM models) AS known
      WHERE id NOT LIKE '%/*' AND model_terms(id, p)->'parameters' ? untaken)) END;
END $$;

-- A prompt with each {{name}} replaced by that value of the metadata, however its accents are encoded. Names without a
-- value stay as written, and values are never read for names of their own. A result above 65 536 characters is not
-- made: the prompt then stays as written.
CREATE OR REPLACE FUNCTION fill_prompt(prompt text, metadata jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN prompt IS NULL OR strpos(prompt, '{{') = 0 OR sum(length(filled)) > 65536 THEN prompt
    ELSE string_agg(filled, '' ORDER BY place) END
  FROM (
    SELECT place, CASE
      WHEN place = 1 THEN part
      WHEN value IS NOT NULL THEN value || substr(part, strpos(part, '}}') + 2)
      ELSE '{{' || part END AS filled
    FROM string_to_table(prompt, '{{') WITH ORDINALITY AS parts (part, place),
      -- Braces inside make it no name: {{{x}}} stays as written.
      LATERAL (SELECT btrim(substring(part FROM '^([^{}]+)}}')) AS name) AS named,
      LATERAL (SELECT coalesce(metadata->>name, (SELECT pair.value FROM jsonb_each_text(metadata) AS pair
        WHERE normalize(pair.key) = normalize(name) LIMIT 1)) AS value) AS valued) AS pieces
$$;

-- Makes room for a new reply as `onBusy` says; null, or the refusal. The caller holds the conversation's lock. A message
-- that is asked again is not discarded with the reply that it had so far.
CREATE OR REPLACE FUNCTION make_way(conversation conversations, p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  on_busy text := p->>'onBusy';
  reply replies;
  cancelled jsonb := '[]';
BEGIN
  IF on_busy = 'enqueue' THEN
    RETURN cancelled;
  END IF;
  FOR reply IN SELECT * FROM replies WHERE owner_id = conversation.owner_id AND conversation_id = conversation.id
    AND finished_at IS NULL ORDER BY ordinal FOR NO KEY UPDATE
  LOOP
    IF on_busy = 'reject' THEN
      PERFORM refuse(jsonb_build_object('outcome', 'busy', 'replyId', reply.id));
    END IF;
    reply := stop_reply(reply, on_busy = 'rollback');
    IF on_busy = 'rollback' AND reply.message_id IS DISTINCT FROM p->>'messageId'
      AND NOT EXISTS (SELECT FROM replies WHERE owner_id = reply.owner_id
        AND message_id = reply.message_id AND assistant_message_id IS NOT NULL) THEN
      PERFORM discard_message(conversation, reply.message_id);
    END IF;
    cancelled := cancelled || to_jsonb(reply);
  END LOOP;
  RETURN cancelled;
END $$;

-- Queues a reply to the message with its hold; who calls it counts the conversation's next ordinal. Refuses by exception.
CREATE OR REPLACE FUNCTION queue_reply(conversation conversations, message messages, p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  account users;
  reply replies;
  asked jsonb;
  untaken jsonb;
  cost jsonb;
  price bigint;
  dollars double precision := (p->>'dollarsPerDay')::double precision;
  is_budgeted boolean := dollars > 0 OR (p->>'tokensPerDay')::bigint > 0 OR (p->>'tokensPerMonth')::bigint > 0;
BEGIN
  SELECT * INTO account FROM users WHERE id = conversation.owner_id FOR NO KEY UPDATE;
  IF account.disabled_at IS NOT NULL THEN
    PERFORM refuse('{"outcome": "disabled"}');
  END IF;
  account := refill_tokens(account, (p->>'monthlyTokens')::bigint);
  account := with_send_rate(account, p);
  PERFORM refuse_beyond_limits(account, p);
  asked := asked_model(conversation, p);
  IF asked->'contextTokens' IS NULL THEN
    PERFORM refuse(jsonb_build_object('outcome', 'unknown_model', 'model', asked->>'id'));
  END IF;
  untaken := untaken_parameter(asked, p);
  IF untaken IS NOT NULL THEN
    PERFORM refuse(untaken);
  END IF;
  IF strpos(conversation.system_prompt, '{{') > 0 THEN
    conversation.system_prompt := fill_prompt(conversation.system_prompt, conversation.metadata);
  END IF;
  IF dollars > 0 THEN
    cost := cost_per_million(asked);
  END IF;
  -- The message is among the stored ones already.
  price := highest_price(conversation, asked, '');
  IF account.token_balance - account.tokens_held < price THEN
    PERFORM refuse(jsonb_build_object('outcome', 'insufficient_tokens', 'balance', account.token_balance,
      'held', account.tokens_held, 'price', price));
  END IF;
  INSERT INTO replies (id, owner_id, conversation_id, message_id, ordinal, position, model, settings, context_tokens,
    max_output_tokens, background, input_limit, expected_input_tokens, cost_input, cost_output, system_prompt, deadline_at,
    price_flat, price_input, price_output, price_cached_input, tokens_held, balance_when_asked, held_when_asked,
    idempotency_key, idempotency_fingerprint)
  VALUES (p->>'replyId', conversation.owner_id, conversation.id, message.id, conversation.next_ordinal,
    message.position + 1, asked->>'id', asked->'settings',
    (asked->>'contextTokens')::integer, (asked->>'maxOutputTokens')::integer,
    coalesce((asked->>'background')::boolean, false), (asked->>'inputLimit')::integer,
    CASE WHEN is_budgeted THEN expected_input(conversation, message.content, asked) ELSE 0 END, (cost->>'input')::double precision,
    (cost->>'output')::double precision, conversation.system_prompt,
    clock_timestamp() + make_interval(secs => (p->>'deadlineSeconds')::double precision), (asked->>'priceFlat')::integer,
    (asked->>'priceInput')::double precision, (asked->>'priceOutput')::double precision,
    (asked->>'priceCachedInput')::double precision, price, account.token_balance, account.tokens_held + price,
    p->>'replyIdempotencyKey', p->>'replyIdempotencyFingerprint')
  RETURNING * INTO reply;
  UPDATE users SET tokens_held = tokens_held + price, send_allowed_at = account.send_allowed_at,
    send_window_started_at = account.send_window_started_at, send_window_count = account.send_window_count,
    version = version + 1, updated_at = now()
  WHERE id = conversation.owner_id;
  INSERT INTO token_ledger (id, owner_id, kind, amount, reply_id, reason)
  VALUES (new_id(), conversation.owner_id, 'hold', price, reply.id, 'reply');
  IF dollars > 0 THEN
    PERFORM hold_budget(reply, dollars);
  END IF;
  -- Up to 64 KB that the asker does not read.
  reply.system_prompt := NULL;
  RETURN to_jsonb(reply);
END $$;

-- Whether something of the owner's that has been erased had this id.
CREATE OR REPLACE FUNCTION is_spent(p_owner_id text, p_kind text, p_id text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM spent_ids WHERE owner_id = p_owner_id AND kind = p_kind AND id = p_id)
$$;

-- The message that an earlier request with this key made, or with this id of the client's own; null where there is none.
-- Who made an id is told by the fingerprint: another request's, or a row that was made without an id, is not replayed.
CREATE OR REPLACE FUNCTION sent_before(p jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
  key text := p->>'idempotencyKey';
  fingerprint text := p->>'idempotencyFingerprint';
  message messages;
  reply replies;
BEGIN
  IF key IS NOT NULL THEN
    SELECT * INTO message FROM messages
    WHERE owner_id = p->>'ownerId' AND idempotency_key = key;
    IF message.idempotency_fingerprint <> fingerprint THEN
      RETURN '{"outcome": "mismatch"}';
    END IF;
  END IF;
  IF message.id IS NULL AND (p->>'isOwnMessageId')::boolean THEN
    SELECT * INTO message FROM messages WHERE owner_id = p->>'ownerId' AND id = p->>'messageId';
    IF message.is_deleted OR message.idempotency_fingerprint IS DISTINCT FROM fingerprint AND message.id IS NOT NULL
      OR message.id IS NULL AND is_spent(p->>'ownerId', 'message', p->>'messageId') THEN
      RETURN '{"outcome": "id_taken"}';
    END IF;
    -- Of a deleted conversation nothing is shown.
    IF EXISTS (SELECT FROM conversations WHERE owner_id = message.owner_id AND id = message.conversation_id
      AND deleted_at IS NOT NULL) THEN
      RETURN '{"outcome": "not_found"}';
    END IF;
  END IF;
  IF message.id IS NULL THEN
    RETURN NULL;
  END IF;
  -- The first reply to it: a later "ask again" is another request's.
  SELECT * INTO reply FROM replies WHERE owner_id = message.owner_id AND message_id = message.id ORDER BY ordinal LIMIT 1;
  RETURN jsonb_build_object('outcome', 'replayed', 'message', to_jsonb(message),
    'reply', CASE WHEN reply.id IS NULL THEN NULL ELSE to_jsonb(reply) END);
END $$;

-- One message into a conversation that the caller has locked; a user message also queues its reply.
CREATE OR REPLACE FUNCTION add_message(conversation conversations, p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  before users;
  message messages;
  queued jsonb;
  cancelled jsonb := '[]';
  answered text := p->>'replyTo';
  questions integer := CASE WHEN p->>'role' = 'user' THEN 1 ELSE 0 END;
  first_title text := CASE WHEN conversation.next_position = 1 AND conversation.title IS NULL THEN p->>'firstTitle' END;
BEGIN
  IF answered IS NOT NULL AND NOT EXISTS (SELECT FROM messages WHERE owner_id = conversation.owner_id
    AND id = answered AND conversation_id = conversation.id) THEN
    PERFORM refuse('{"outcome": "reply_to_not_found"}');
  END IF;
  SELECT * INTO before FROM users WHERE id = conversation.owner_id;
  IF questions > 0 THEN
    cancelled := make_way(conversation, p);
  END IF;
  INSERT INTO messages (id, owner_id, conversation_id, position, role, content, reply_to, reply_id, metadata,
    idempotency_key, idempotency_fingerprint)
  VALUES (p->>'messageId', conversation.owner_id, conversation.id, conversation.next_position, p->>'role',
    p->>'content', answered, CASE WHEN questions > 0 THEN p->>'replyId' END,
    coalesce(p->'metadata', '{}'), p->>'idempotencyKey', p->>'idempotencyFingerprint')
  RETURNING * INTO message;
  IF questions > 0 THEN
    queued := queue_reply(conversation, message, p);
  END IF;
  -- A question also reserves the position of its answer, so that two quick ones still read in turns.
  UPDATE conversations SET next_position = next_position + 1 + questions, next_ordinal = next_ordinal + questions,
    message_count = message_count + 1, version = version + 1, updated_at = now(),
    title = coalesce(first_title, title),
    title_source = CASE WHEN first_title IS NULL THEN title_source ELSE 'first_message' END
  WHERE owner_id = conversation.owner_id AND id = conversation.id RETURNING * INTO conversation;
  PERFORM require_room(before);
  conversation.system_prompt := NULL;
  RETURN jsonb_build_object('outcome', 'sent', 'message', to_jsonb(message), 'reply', queued, 'cancelled', cancelled,
    'titled', CASE WHEN first_title IS NOT NULL THEN to_jsonb(conversation) END);
END $$;

-- POST …/messages. Arguments: ownerId, conversationId, messageId, replyId, role, content, firstTitle (of a conversation
-- that has neither a title nor a message), replyTo, metadata, onBusy, model, settings, defaultModel, models (by id:
-- contextTokens, maxOutputTokens, priceFlat | priceInput + priceOutput + priceCachedInput, parameters, costPerMillion),
-- providers (names of those that may be asked; absent: all), deadlineSeconds, ratePerSecond, rateBurst,
-- ratePerMinute, maxRunning, maxWaiting, tokensPerDay, tokensPerMonth, dollarsPerDay, replyInputTokens,
-- isOwnMessageId, idempotencyKey, idempotencyFingerprint.
CREATE OR REPLACE FUNCTION send_message(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  conversation conversations;
  earlier jsonb := sent_before(p);
  answer text;
BEGIN
  IF earlier IS NOT NULL THEN
    RETURN earlier;
  END IF;
  SELECT * INTO conversation FROM conversations WHERE owner_id = p->>'ownerId' AND id = p->>'conversationId'
    AND deleted_at IS NULL FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN '{"outcome": "not_found"}';
  END IF;
  -- The twin of this request may have held the lock.
  earlier := sent_before(p);
  IF earlier IS NOT NULL THEN
    RETURN earlier;
  END IF;
  RETURN add_message(conversation, p);
EXCEPTION
  WHEN SQLSTATE 'PY001' THEN
    GET STACKED DIAGNOSTICS answer = PG_EXCEPTION_DETAIL;
    RETURN answer::jsonb;
  WHEN unique_violation THEN
    -- The same key or id in another conversation, at the same time.
    earlier := sent_before(p);
    IF earlier IS NULL THEN
      RAISE;
    END IF;
    RETURN earlier;
END $$;

CREATE OR REPLACE FUNCTION asked_before(p jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
  key text := p->>'replyIdempotencyKey';
  reply replies;
  message messages;
BEGIN
  IF key IS NULL THEN
    RETURN NULL;
  END IF;
  SELECT * INTO reply FROM replies
  WHERE owner_id = p->>'ownerId' AND idempotency_key = key;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  IF reply.idempotency_fingerprint <> p->>'replyIdempotencyFingerprint' THEN
    RETURN '{"outcome": "mismatch"}';
  END IF;
  SELECT * INTO message FROM messages WHERE owner_id = reply.owner_id AND id = reply.message_id;
  RETURN jsonb_build_object('outcome', 'replayed', 'message', to_jsonb(message), 'reply', to_jsonb(reply));
END $$;

-- POST …/messages/{messageId}/replies. Arguments as of send_message, less the message's own. Whether there is such a
-- message comes before whether the conversation is busy.
CREATE OR REPLACE FUNCTION ask_again(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  conversation conversations;
  message messages;
  earlier jsonb := asked_before(p);
  cancelled jsonb;
  queued jsonb;
  answer text;
BEGIN
  IF earlier IS NOT NULL THEN
    RETURN earlier;
  END IF;
  SELECT * INTO conversation FROM conversations WHERE owner_id = p->>'ownerId' AND id = p->>'conversationId'
    AND deleted_at IS NULL FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN '{"outcome": "not_found"}';
  END IF;
  earlier := asked_before(p);
  IF earlier IS NOT NULL THEN
    RETURN earlier;
  END IF;
  SELECT * INTO message FROM messages
  WHERE owner_id = conversation.owner_id AND id = p->>'messageId' AND conversation_id = conversation.id;
  IF NOT FOUND THEN
    RETURN '{"outcome": "not_found"}';
  END IF;
  IF message.role <> 'user' OR message.is_deleted THEN
    RETURN '{"outcome": "not_askable"}';
  END IF;
  cancelled := make_way(conversation, p);
  UPDATE messages SET reply_id = p->>'replyId', version = version + 1, updated_at = now()
  WHERE owner_id = conversation.owner_id AND id = message.id
  RETURNING * INTO message;
  queued := queue_reply(conversation, message, p);
  UPDATE conversations SET next_ordinal = next_ordinal + 1, version = version + 1, updated_at = now()
  WHERE owner_id = conversation.owner_id AND id = conversation.id;
  RETURN jsonb_build_object('outcome', 'sent', 'message', to_jsonb(message), 'reply', queued, 'cancelled', cancelled);
EXCEPTION
  WHEN SQLSTATE 'PY001' THEN
    GET STACKED DIAGNOSTICS answer = PG_EXCEPTION_DETAIL;
    RETURN answer::jsonb;
  WHEN unique_violation THEN
    earlier := asked_before(p);
    IF earlier IS NULL THEN
      RAISE;
    END IF;
    RETURN earlier;
END $$;

-- The row and the unfinished reply that is next in order.
CREATE OR REPLACE FUNCTION conversation_json(conversation conversations) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT to_jsonb(conversation) || jsonb_build_object('active_reply_id', next_reply(conversation.owner_id, conversation.id))
$$;

-- The same of a conversation, by its key, by its id, or by that of its first message.
CREATE OR REPLACE FUNCTION created_before(p jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
  key text := p->>'conversationIdempotencyKey';
  fingerprint text := p->>'conversationIdempotencyFingerprint';
  owner text := p->>'ownerId';
  conversation conversations;
  message messages;
  reply replies;
BEGIN
  IF key IS NOT NULL THEN
    SELECT * INTO conversation FROM conversations WHERE owner_id = owner AND idempotency_key = key;
    IF conversation.idempotency_fingerprint <> fingerprint THEN
      RETURN '{"outcome": "mismatch"}';
    END IF;
  END IF;
  IF conversation.id IS NULL THEN
    IF (p->>'isOwnMessageId')::boolean THEN
      SELECT * INTO message FROM messages WHERE owner_id = owner AND id = p->>'messageId';
    END IF;
    IF (p->>'isOwnConversationId')::boolean OR message.id IS NOT NULL THEN
      SELECT * INTO conversation FROM conversations
      WHERE owner_id = owner AND id = coalesce(message.conversation_id, p->>'conversationId');
    END IF;
    IF message.is_deleted OR conversation.deleted_at IS NOT NULL
      OR conversation.id IS NOT NULL AND conversation.idempotency_fingerprint IS DISTINCT FROM fingerprint
      OR conversation.id IS NULL AND ((p->>'isOwnConversationId')::boolean
          AND is_spent(owner, 'conversation', p->>'conversationId')
        OR (p->>'isOwnMessageId')::boolean AND is_spent(owner, 'message', p->>'messageId')) THEN
      RETURN '{"outcome": "id_taken"}';
    END IF;
  END IF;
  IF conversation.id IS NULL THEN
    RETURN NULL;
  END IF;
  IF p->>'content' IS NOT NULL THEN
    SELECT * INTO message FROM messages
    WHERE owner_id = conversation.owner_id AND conversation_id = conversation.id AND is_active
    ORDER BY position LIMIT 1;
    SELECT * INTO reply FROM replies WHERE owner_id = message.owner_id AND message_id = message.id
    ORDER BY ordinal LIMIT 1;
    RETURN jsonb_build_object('outcome', 'replayed', 'conversation', conversation_json(conversation),
      'message', to_jsonb(message), 'reply', CASE WHEN reply.id IS NULL THEN NULL ELSE to_jsonb(reply) END);
  END IF;
  RETURN jsonb_build_object('outcome', 'replayed', 'conversation', conversation_json(conversation));
END $$;

-- POST /v1/conversations. Arguments: ownerId, conversationId, isOwnConversationId, title, description, systemPrompt
-- (absent: the caller's default), systemPromptId, conversationModel (absent: the caller's default where it is offered),
-- conversationSettings, models, providers, defaultModel, metadata, tags, expiresInDays, and with `content` those of send_message.
CREATE OR REPLACE FUNCTION create_conversation(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  owner text := p->>'ownerId';
  prompt_id text := p->>'systemPromptId';
  conversation conversations;
  prompt system_prompts;
  preferred text;
  before users;
  earlier jsonb := created_before(p);
  untaken jsonb;
  sent jsonb := '{}';
  answer text;
BEGIN
  IF earlier IS NOT NULL THEN
    RETURN earlier;
  END IF;
  IF prompt_id IS NOT NULL THEN
    SELECT * INTO prompt FROM system_prompts WHERE id = prompt_id AND may_use_prompt(system_prompts, owner);
    IF NOT FOUND THEN
      RETURN '{"outcome": "prompt_not_found"}';
    END IF;
  ELSIF NOT p ? 'systemPrompt' AND NOT p ? 'systemPromptId' THEN
    SELECT * INTO prompt FROM system_prompts WHERE owner_id = owner AND is_default;
  END IF;
  SELECT * INTO before FROM users WHERE id = owner;
  IF NOT p ? 'conversationModel' THEN
    IF model_terms(before.default_model, p) IS NOT NULL THEN
      preferred := before.default_model;
    END IF;
  ELSIF model_terms(p->>'conversationModel', p) IS NULL AND p->>'conversationModel' IS NOT NULL THEN
    RETURN jsonb_build_object('outcome', 'unknown_model', 'model', p->>'conversationModel');
  END IF;
  INSERT INTO conversations (id, owner_id, title, title_source, description, system_prompt, system_prompt_id, model,
    settings, metadata, tags, expires_in_days, idempotency_key, idempotency_fingerprint)
  VALUES (p->>'conversationId', owner, p->>'title', CASE WHEN p->>'title' IS NOT NULL THEN 'user' END, p->>'description',
    coalesce(prompt.content, p->>'systemPrompt'), prompt.id, coalesce(p->>'conversationModel', preferred),
    jsonb_strip_nulls(coalesce(p->'conversationSettings', '{}')), coalesce(p->'metadata', '{}'), coalesce(p->'tags', '[]'), (p->>'expiresInDays')::integer,
    p->>'conversationIdempotencyKey', p->>'conversationIdempotencyFingerprint')
  RETURNING * INTO conversation;
  IF conversation.settings <> '{}' THEN
    untaken := untaken_parameter(asked_model(conversation, p - '{model,settings}'::text[]), p);
    IF untaken IS NOT NULL THEN
      PERFORM refuse(untaken);
    END IF;
  END IF;
  IF p->>'content' IS NOT NULL THEN
    sent := add_message(conversation, p || jsonb_build_object('metadata', coalesce(p->'messageMetadata', '{}')));
    SELECT * INTO conversation FROM conversations WHERE owner_id = conversation.owner_id AND id = conversation.id;
  END IF;
  PERFORM require_room(before);
  RETURN sent || jsonb_build_object('outcome', 'created', 'conversation', conversation_json(conversation));
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
