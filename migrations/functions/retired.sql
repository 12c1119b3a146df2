-- Functions that an earlier release called and nobody calls any more. Whatever stands here may be deleted with the next
-- release.
DROP FUNCTION IF EXISTS claim_reply(jsonb);
DROP FUNCTION IF EXISTS claim_with_history(jsonb);
DROP FUNCTION IF EXISTS charge_for(replies, bigint, bigint);
