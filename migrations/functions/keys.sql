-- POST /v1/api-keys. Arguments: ownerId, apiKeyId, name, hash, lookup, hint, scopes, expiresAt, most,
-- idempotencyKey, idempotencyFingerprint. Outcomes: created, replayed, mismatch, too_many.
CREATE OR REPLACE FUNCTION create_api_key(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
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
