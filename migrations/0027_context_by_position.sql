-- A reply's context names the messages of its prompt by position, [first, last] for each run of them, instead of by up
-- to 1 000 ids: in a conversation of 1 000 messages each reply kept 28 KB of these, a hundred times its text.
-- The message at a position is the version that was the newest when the reply was started.
CREATE FUNCTION message_ids_at(r replies, ranges jsonb) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(id ORDER BY "position"), '[]')
  FROM (
    SELECT DISTINCT ON (m."position") m."position", m.id
    FROM jsonb_array_elements(ranges) AS range,
      -- Two halves, each of which has its partial index.
      LATERAL (
        SELECT id, "position", created_at FROM messages
        WHERE owner_id = r.owner_id AND conversation_id = r.conversation_id AND is_active
          AND "position" BETWEEN (range->>0)::integer AND (range->>1)::integer
        UNION ALL
        SELECT id, "position", created_at FROM messages
        WHERE owner_id = r.owner_id AND conversation_id = r.conversation_id AND NOT is_active
          AND "position" BETWEEN (range->>0)::integer AND (range->>1)::integer) AS m
    -- Where a clock was set back none may seem to be old enough: then the one that is nearest.
    ORDER BY m."position", greatest(m.created_at - r.started_at, interval '0'), m.created_at DESC) AS given
$$;
--> statement-breakpoint
-- A reply's context as it is shown: with the ids of its messages. Replies from before this migration have stored them.
CREATE FUNCTION reply_context(r replies) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN r.context ? 'sentPositions' THEN
    r.context - '{sentPositions,droppedPositions}'::text[] || jsonb_build_object(
      'sentMessageIds', message_ids_at(r, r.context->'sentPositions'),
      'droppedMessageIds', message_ids_at(r, r.context->'droppedPositions'))
    ELSE r.context END
$$;
--> statement-breakpoint
-- What earlier_messages gives, without ids.
CREATE FUNCTION prompt_history(p_owner_id text, p_conversation_id text, before_position integer, room bigint)
RETURNS json LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  RETURN (SELECT json_build_object('roles', coalesce(json_agg(role), '[]'),
      'contents', coalesce(json_agg(content), '[]'), 'positions', coalesce(json_agg("position"), '[]'))
    FROM (
      SELECT *, sum(length(content)) OVER (ORDER BY "position" DESC ROWS UNBOUNDED PRECEDING) - length(content) AS newer
      FROM (
        SELECT role, content, "position" FROM messages
        WHERE owner_id = p_owner_id AND conversation_id = p_conversation_id AND is_active AND NOT is_deleted
          AND "position" < before_position
        ORDER BY "position" DESC LIMIT 1000) AS newest) AS measured
    WHERE newer <= room);
END $$;
--> statement-breakpoint
-- Takes a reply for a worker: the reply with its notes, whom to tell, and the messages before it, newest first.
-- claim_with_history is for workers that were deployed before this one.
CREATE FUNCTION claim_for_prompt(p jsonb, OUT answer jsonb, OUT news jsonb, OUT history json) LANGUAGE plpgsql AS $$
BEGIN
  answer := take_reply(p);
  news := reply_news(answer, p->>'ownerId');
  IF answer->>'outcome' = 'claimed' THEN
    history := prompt_history(p->>'ownerId', answer->'reply'->>'conversation_id',
      (answer->'reply'->>'position')::integer, (answer->'reply'->>'context_tokens')::bigint * 8);
  END IF;
END $$;
