-- A user whose deletion has begun is `leaving`.
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
  RETURN jsonb_build_object('outcome', CASE WHEN u.deletion IS NOT NULL THEN 'leaving'
    WHEN u.disabled_at IS NULL THEN 'active' ELSE 'disabled' END,
    'user', to_jsonb(u));
END $$;

-- Tops the balance up to `monthly` when the user is first seen in a calendar month (UTC); null or 0 is never.
-- Answers the user as they are then.
CREATE OR REPLACE FUNCTION refill_tokens(u users, monthly bigint) RETURNS users LANGUAGE plpgsql AS $$
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

-- The owner of the key that is looked up, with the row for the caller to compare. Arguments: lookup,
-- monthlyTokens. Outcomes: active, disabled, refused (unknown, revoked or expired).
CREATE OR REPLACE FUNCTION resolve_api_key(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
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
  IF u.deletion IS NOT NULL THEN
    RETURN '{"outcome": "refused"}';
  END IF;
  u := refill_tokens(u, (p->>'monthlyTokens')::bigint);
  RETURN jsonb_build_object('outcome', CASE WHEN u.disabled_at IS NULL THEN 'active' ELSE 'disabled' END,
    'userId', u.id, 'apiKey', to_jsonb(k));
END $$;
