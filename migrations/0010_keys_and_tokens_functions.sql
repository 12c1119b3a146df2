-- An entry's place and the balance after it. The lock has a user's entries written one at a time, so that they
-- add up in the order of their ordinals.
CREATE FUNCTION number_ledger_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  latest token_ledger;
BEGIN
  PERFORM FROM users WHERE id = NEW.owner_id FOR NO KEY UPDATE;
  SELECT * INTO latest FROM token_ledger WHERE owner_id = NEW.owner_id ORDER BY ordinal DESC LIMIT 1;
  NEW.ordinal := coalesce(latest.ordinal, 0) + 1;
  NEW.balance := coalesce(latest.balance, 0)
    + CASE NEW.kind WHEN 'grant' THEN NEW.amount WHEN 'debit' THEN -NEW.amount ELSE 0 END;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER token_ledger_number BEFORE INSERT ON token_ledger FOR EACH ROW
  EXECUTE FUNCTION number_ledger_entry();
--> statement-breakpoint
-- Tops the balance up to `monthly` when the user is first seen in a calendar month (UTC); null or 0 is never.
-- Answers the user as they are then.
CREATE FUNCTION refill_tokens(u users, monthly bigint) RETURNS users LANGUAGE plpgsql AS $$
DECLARE
  month timestamp := date_trunc('month', now() AT TIME ZONE 'UTC');
  present users;
  amount bigint;
BEGIN
  IF coalesce(monthly, 0) <= 0 OR u.disabled_at IS NOT NULL OR u.refilled_at AT TIME ZONE 'UTC' >= month THEN
    RETURN u;
  END IF;
  SELECT * INTO present FROM users WHERE id = u.id FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN u;
  ELSIF present.refilled_at AT TIME ZONE 'UTC' >= month THEN
    -- Another request was first.
    RETURN present;
  END IF;
  amount := greatest(monthly - present.token_balance, 0);
  UPDATE users SET token_balance = token_balance + amount, refilled_at = now(), version = version + 1,
    updated_at = now()
  WHERE id = present.id RETURNING * INTO present;
  IF amount > 0 THEN
    INSERT INTO token_ledger (id, owner_id, kind, amount, reason)
    VALUES (new_id(), present.id, 'grant', amount, 'refill');
  END IF;
  RETURN present;
END $$;
--> statement-breakpoint
-- The user of a verified subject, made with default prompt and grant on first sight.
-- Arguments: sub, subjectHash, userId, promptId, promptName, promptContent, email, displayName, grant,
-- monthlyTokens.
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
  RETURN jsonb_build_object('outcome', CASE WHEN u.disabled_at IS NULL THEN 'active' ELSE 'disabled' END,
    'user', to_jsonb(u));
END $$;
--> statement-breakpoint
-- The owner of the key that is looked up, with the row for the caller to compare. Arguments: lookup,
-- monthlyTokens. Outcomes: active, disabled, refused (unknown, revoked or expired).
CREATE FUNCTION resolve_api_key(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
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
  u := refill_tokens(u, (p->>'monthlyTokens')::bigint);
  RETURN jsonb_build_object('outcome', CASE WHEN u.disabled_at IS NULL THEN 'active' ELSE 'disabled' END,
    'userId', u.id, 'apiKey', to_jsonb(k));
END $$;
--> statement-breakpoint
-- POST /v1/api-keys. Arguments: ownerId, apiKeyId, name, hash, lookup, hint, scopes, expiresAt, most,
-- idempotencyKey, idempotencyFingerprint. Outcomes: created, replayed, mismatch, too_many.
CREATE FUNCTION create_api_key(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
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
--> statement-breakpoint
-- Queues the reply to message m: refill, rate, balance, hold, ledger, conversation. Refuses by exception.
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
  u := refill_tokens(u, (p->>'monthlyTokens')::bigint);
  asked := asked_model(c, p);
  c.system_prompt := fill_prompt(c.system_prompt, c.metadata);
  -- The message is among the stored ones already.
  price := highest_price(c, asked, '');
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
-- What sending `content` would take: POST …/estimate. Arguments: ownerId, conversationId, content, model,
-- defaultModel, models. Outcomes: estimated, not_found, unknown_model. Reads what claim_reply would give the
-- worker, through the same functions.
CREATE FUNCTION estimate_reply(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  c conversations;
  u users;
  r replies;
  asked jsonb;
  answer text;
BEGIN
  SELECT * INTO c FROM conversations WHERE owner_id = p->>'ownerId' AND id = p->>'conversationId'
    AND deleted_at IS NULL;
  IF NOT FOUND THEN
    RETURN '{"outcome": "not_found"}';
  END IF;
  SELECT * INTO u FROM users WHERE id = c.owner_id;
  asked := asked_model(c, p);
  c.system_prompt := fill_prompt(c.system_prompt, c.metadata);
  r.owner_id := c.owner_id;
  r.conversation_id := c.id;
  r.position := c.next_position;
  r.context_tokens := (asked->>'contextTokens')::integer;
  RETURN jsonb_build_object('outcome', 'estimated', 'model', asked, 'systemPrompt', c.system_prompt,
    'highestCharge', highest_price(c, asked, p->>'content'), 'balance', u.token_balance,
    'held', u.tokens_held, 'history', reply_history(r), 'notes', reply_notes(r));
EXCEPTION
  WHEN SQLSTATE 'PY001' THEN
    GET STACKED DIAGNOSTICS answer = PG_EXCEPTION_DETAIL;
    RETURN answer::jsonb;
END $$;
