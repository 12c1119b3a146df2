-- A deletion may be bound to the version of the account that its owner has seen. Only its beginning is: that changes
-- the version itself, and whoever repeats the request goes on with what was begun.
-- p: ownerId, username, tombstoneSeconds, expectedVersion (optional).
CREATE OR REPLACE FUNCTION begin_account_deletion(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  u users;
BEGIN
  UPDATE users SET disabled_at = coalesce(disabled_at, now()), version = version + 1, updated_at = now(),
    deletion = coalesce(deletion, jsonb_build_object('pseudonym', 'deleted-' || gen_random_uuid(), 'erased', '{}'::jsonb))
      || jsonb_strip_nulls(jsonb_build_object('username', p->>'username'))
  WHERE id = p->>'ownerId'
    AND (deletion IS NOT NULL OR version = coalesce((p->>'expectedVersion')::integer, version)) RETURNING * INTO u;
  IF NOT FOUND THEN
    RETURN jsonb_build_object('outcome',
      CASE WHEN EXISTS (SELECT FROM users WHERE id = p->>'ownerId') THEN 'stale' ELSE 'not_found' END);
  END IF;
  INSERT INTO deleted_subjects (subject_hash, expires_at)
  VALUES (encode(sha256(convert_to(u.cognito_sub, 'UTF8')), 'hex'),
    now() + make_interval(secs => (p->>'tombstoneSeconds')::double precision))
  ON CONFLICT (subject_hash) DO UPDATE SET expires_at = EXCLUDED.expires_at, updated_at = now();
  RETURN jsonb_build_object('outcome', 'begun', 'erased', u.deletion->'erased', 'connectionIds',
    (SELECT coalesce(jsonb_agg(id), '[]') FROM connections WHERE owner_id = u.id));
END $$;
