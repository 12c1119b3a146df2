-- Ids of rows that are born inside a transaction (ledger entries); the shape of every other id.
CREATE FUNCTION new_id() RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT 'l' || substr(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 10, 23)
$$;
--> statement-breakpoint
-- The user of a verified subject, made with default prompt and grant on first sight.
-- Arguments: sub, subjectHash, userId, promptId, promptName, promptContent, email, displayName, grant.
CREATE FUNCTION resolve_user(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  u users;
BEGIN
  SELECT * INTO u FROM users WHERE cognito_sub = p->>'sub';
  IF NOT FOUND THEN
    IF EXISTS (SELECT FROM deleted_subjects WHERE subject_hash = p->>'subjectHash') THEN
      RETURN jsonb_build_object('outcome', 'deleted');
    END IF;
    INSERT INTO users (id, cognito_sub, email, display_name, token_balance)
    VALUES (p->>'userId', p->>'sub', p->>'email', p->>'displayName', (p->>'grant')::bigint)
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
  RETURN jsonb_build_object('outcome', CASE WHEN u.disabled_at IS NULL THEN 'active' ELSE 'disabled' END,
    'user', to_jsonb(u));
END $$;
