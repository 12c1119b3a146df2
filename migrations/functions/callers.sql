-- A user whose deletion has begun is `leaving`.
CREATE OR REPLACE FUNCTION resolve_user(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  subject text := p->>'sub';
  mail text := p->>'email';
  shown_name text := p->>'displayName';
  welcome bigint := (p->>'grant')::bigint;
  account users;
BEGIN
  SELECT * INTO account FROM users WHERE cognito_sub = subject;
  IF NOT FOUND THEN
    IF EXISTS (SELECT FROM deleted_subjects WHERE subject_hash = p->>'subjectHash') THEN
      RETURN jsonb_build_object('outcome', 'deleted');
    END IF;
    -- The welcome grant stands for the tokens of its month.
    INSERT INTO users (id, cognito_sub, email, display_name, token_balance, refilled_at)
    VALUES (p->>'userId', subject, mail, shown_name, welcome, now())
    ON CONFLICT (cognito_sub) DO NOTHING
    RETURNING * INTO account;
    IF FOUND THEN
      INSERT INTO system_prompts (id, owner_id, name, content, is_default)
      VALUES (p->>'promptId', account.id, p->>'promptName', p->>'promptContent', true);
      IF welcome > 0 THEN
        INSERT INTO token_ledger (id, owner_id, kind, amount, reason)
        VALUES (new_id(), account.id, 'grant', welcome, 'welcome');
      END IF;
    ELSE
      SELECT * INTO account FROM users WHERE cognito_sub = subject;
    END IF;
  ELSIF (account.email IS NULL AND mail IS NOT NULL)
     OR (account.display_name IS NULL AND shown_name IS NOT NULL) THEN
    -- First seen by its token, told of later by the sign-up trigger.
    UPDATE users SET email = coalesce(email, mail),
      display_name = coalesce(display_name, shown_name), version = version + 1, updated_at = now()
    WHERE id = account.id RETURNING * INTO account;
  END IF;
  account := refill_tokens(account, (p->>'monthlyTokens')::bigint);
  RETURN jsonb_build_object('outcome', CASE WHEN account.deletion IS NOT NULL THEN 'leaving'
    WHEN account.disabled_at IS NULL THEN 'active' ELSE 'disabled' END,
    'user', to_jsonb(account));
END $$;

-- Tops the balance up to `monthly` when the user is first seen in a calendar month (UTC); null or 0 is never.
-- Answers the user as they are then.
CREATE OR REPLACE FUNCTION refill_tokens(account users, monthly bigint) RETURNS users LANGUAGE plpgsql AS $$
DECLARE
  month timestamp := date_trunc('month', now() AT TIME ZONE 'UTC');
  present users;
  amount bigint;
BEGIN
  IF coalesce(monthly, 0) <= 0 OR account.disabled_at IS NOT NULL
    OR account.refilled_at AT TIME ZONE 'UTC' >= month THEN
    RETURN account;
  END IF;
  SELECT * INTO present FROM users WHERE id = account.id FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN account;
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

-- The owner of the key that is looked up, with the row for the caller to compare. Arguments: lookup,
-- monthlyTokens. Outcomes: active, disabled, refused (unknown, revoked or expired).
CREATE OR REPLACE FUNCTION resolve_api_key(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  api_key api_keys;
  account users;
BEGIN
  SELECT * INTO api_key FROM api_keys WHERE lookup = p->>'lookup' AND revoked_at IS NULL
    AND (expires_at IS NULL OR expires_at > clock_timestamp());
  IF NOT FOUND THEN
    RETURN '{"outcome": "refused"}';
  END IF;
  UPDATE api_keys SET last_used_at = now() WHERE owner_id = api_key.owner_id AND id = api_key.id
    AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute');
  SELECT * INTO account FROM users WHERE id = api_key.owner_id;
  IF account.deletion IS NOT NULL THEN
    RETURN '{"outcome": "refused"}';
  END IF;
  account := refill_tokens(account, (p->>'monthlyTokens')::bigint);
  RETURN jsonb_build_object('outcome', CASE WHEN account.disabled_at IS NULL THEN 'active' ELSE 'disabled' END,
    'userId', account.id, 'apiKey', to_jsonb(api_key));
END $$;
