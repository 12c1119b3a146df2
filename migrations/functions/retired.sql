-- Functions that an earlier release or a numbered migration made and nobody calls any more.
DROP FUNCTION IF EXISTS claim_reply(jsonb);
DROP FUNCTION IF EXISTS claim_with_history(jsonb);
DROP FUNCTION IF EXISTS charge_for(replies, bigint, bigint);
-- Of the baseline, whose own functions need it until 0001 replaces them.
DO $$ BEGIN
  DROP FUNCTION IF EXISTS hide_signs(text);
EXCEPTION WHEN dependent_objects_still_exist THEN NULL;
END $$;
