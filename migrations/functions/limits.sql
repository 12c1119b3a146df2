-- Refuses a send that would go beyond what its user may have in flight; the caller has locked the user.
-- p: maxRunning, maxWaiting; absent or 0 running is no limit.
CREATE OR REPLACE FUNCTION refuse_beyond_limits(account users, p jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  running integer := coalesce((p->>'maxRunning')::integer, 0);
  allowed integer := running + coalesce((p->>'maxWaiting')::integer, 0);
BEGIN
  IF running > 0 AND allowed <= (SELECT count(*) FROM replies WHERE owner_id = account.id AND finished_at IS NULL) THEN
    PERFORM refuse(jsonb_build_object('outcome', 'limited', 'policy', 'replies', 'limit', allowed,
      'retryAfterSeconds', 5));
  END IF;
END $$;
