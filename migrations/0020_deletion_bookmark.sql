-- The last step: the user's row, with whatever was still made meanwhile. Arguments: ownerId, tombstoneSeconds.
-- Outcomes: deleted, not_found (deleted before).
CREATE OR REPLACE FUNCTION finish_account_deletion(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  u users;
BEGIN
  SELECT * INTO u FROM users WHERE id = p->>'ownerId' AND deletion IS NOT NULL FOR UPDATE;
  IF NOT FOUND THEN
    RETURN '{"outcome": "not_found"}';
  END IF;
  PERFORM pseudonymise_ledger(u, NULL);
  UPDATE admin_actions SET updated_at = now(),
    admin_id = CASE WHEN admin_id = u.id THEN u.deletion->>'pseudonym' ELSE admin_id END,
    user_id = CASE WHEN user_id = u.id THEN u.deletion->>'pseudonym' ELSE user_id END,
    details = CASE WHEN user_id = u.id THEN details - 'reason' ELSE details END
  WHERE admin_id = u.id OR user_id = u.id;
  UPDATE deleted_subjects SET updated_at = now(),
    expires_at = now() + make_interval(secs => (p->>'tombstoneSeconds')::double precision)
  WHERE subject_hash = encode(sha256(convert_to(u.cognito_sub, 'UTF8')), 'hex');
  -- Where search goes on reading: the time says it nearly as well.
  UPDATE search_progress SET owner_id = '', message_id = '', updated_at = now() WHERE owner_id = u.id;
  DELETE FROM users WHERE id = u.id;
  RETURN jsonb_build_object('outcome', 'deleted', 'erased', (u.deletion->'erased') || '{"users": 1}');
END $$;
