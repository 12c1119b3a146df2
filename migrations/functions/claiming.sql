-- The unfinished reply of a conversation that is next in order.
CREATE OR REPLACE FUNCTION next_reply(p_owner_id text, p_conversation_id text) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT id FROM replies WHERE owner_id = p_owner_id AND conversation_id = p_conversation_id
    AND finished_at IS NULL ORDER BY ordinal LIMIT 1
$$;

-- Whose job is sent now that a reply of this conversation has ended: its next one's, or that of the reply that has waited
-- longest for its owner to have a slot free; of the two the other waits for the next ending. A row that is locked is
-- being claimed, and finds the slot itself.
CREATE OR REPLACE FUNCTION next_job(p_owner_id text, p_conversation_id text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  following text := next_reply(p_owner_id, p_conversation_id);
  waiting text;
BEGIN
  SELECT id INTO waiting FROM replies
  WHERE owner_id = p_owner_id AND awaits_slot AND finished_at IS NULL
    AND (following IS NULL OR created_at < (SELECT created_at FROM replies WHERE owner_id = p_owner_id AND id = following))
  ORDER BY created_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;
  IF waiting IS NULL THEN
    RETURN following;
  END IF;
  UPDATE replies SET awaits_slot = false, enqueued_at = clock_timestamp() WHERE owner_id = p_owner_id AND id = waiting;
  UPDATE replies SET awaits_slot = true, enqueued_at = clock_timestamp() WHERE owner_id = p_owner_id AND id = (
    SELECT id FROM replies WHERE owner_id = p_owner_id AND id = following AND status = 'queued' FOR NO KEY UPDATE SKIP LOCKED);
  RETURN waiting;
END $$;

-- The newest messages before a reply that can matter to its prompt, newest first: roles, contents and positions side
-- by side, which takes a third of the time of an object for each. refused: positions of questions whose content or
-- length a model refused; it would refuse them again.
CREATE OR REPLACE FUNCTION prompt_history(p_owner_id text, p_conversation_id text, before_position integer, room bigint)
RETURNS json LANGUAGE plpgsql STABLE
-- Else it is planned at each call, for the position it is given, which takes longer than reading forty messages.
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  RETURN (SELECT json_build_object('roles', coalesce(json_agg(role), '[]'),
      'contents', coalesce(json_agg(content), '[]'), 'positions', coalesce(json_agg("position"), '[]'),
      'refused', (SELECT coalesce(json_agg(question.position), '[]') FROM replies AS reply
        JOIN messages AS question ON question.owner_id = reply.owner_id AND question.id = reply.message_id
        WHERE reply.owner_id = p_owner_id AND reply.conversation_id = p_conversation_id
          AND reply.finished_at IS NOT NULL AND reply.finish_reason IS NULL
          AND reply.error_code IN ('content_filtered', 'context_too_long')))
    FROM (
      SELECT *, sum(length(content)) OVER (ORDER BY "position" DESC ROWS UNBOUNDED PRECEDING) - length(content) AS newer
      FROM (
        SELECT role, content, "position" FROM messages
        WHERE owner_id = p_owner_id AND conversation_id = p_conversation_id AND is_active AND NOT is_deleted
          AND "position" < before_position
        ORDER BY "position" DESC LIMIT 1000) AS newest) AS measured
    WHERE newer <= room);
END $$;

-- Pinned notes for the prompt, oldest pin first, with no more text than their budget could ever hold; and whether the
-- owner has notes besides these, to search.
CREATE OR REPLACE FUNCTION prompt_notes(p_owner_id text, p_conversation_id text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
    'hasNotes', EXISTS (SELECT FROM notes AS note WHERE note.owner_id = p_owner_id AND NOT EXISTS (
      SELECT FROM conversation_notes AS pin WHERE pin.owner_id = note.owner_id
        AND pin.conversation_id = p_conversation_id AND pin.note_id = note.id)),
    'pinned', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'title', title, 'tags', tags,
        'content', left(content, greatest(32000 - before, 0)::integer),
        'isCut', length(content) > greatest(32000 - before, 0)) ORDER BY pinned_at, id), '[]')
      FROM (
        SELECT note.id, note.title, note.tags, note.content, pin.created_at AS pinned_at,
          sum(length(note.content)) OVER (ORDER BY pin.created_at, note.id) - length(note.content) AS before
        FROM conversation_notes AS pin JOIN notes AS note ON note.owner_id = pin.owner_id AND note.id = pin.note_id
        WHERE pin.owner_id = p_owner_id AND pin.conversation_id = p_conversation_id) AS pins))
$$;

-- What providers have stored for a reply and are still to forget, the newest first; null where there is nothing.
CREATE OR REPLACE FUNCTION responses_of(p_user_id text, p_reply_id text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_agg(jsonb_build_object('responseId', response_id, 'model', model) ORDER BY created_at DESC)
  FROM stored_responses WHERE user_id = p_user_id AND reply_id = p_reply_id
$$;

-- Takes a reply for a worker, with its notes and what its model's server has taught. Arguments: ownerId, replyId,
-- leaseSeconds, maxRunning (absent or 0: no limit). Outcomes: claimed, missing, finished, blocked, no_slot (as many of
-- the owner's run as may), leased, expired.
CREATE OR REPLACE FUNCTION take_reply(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  owner text := p->>'ownerId';
  wanted text := p->>'replyId';
  lease interval := make_interval(secs => (p->>'leaseSeconds')::double precision);
  max_running integer := coalesce((p->>'maxRunning')::integer, 0);
  reply replies;
  expired jsonb;
  at timestamptz;
BEGIN
  SELECT * INTO reply FROM replies WHERE owner_id = owner AND id = wanted;
  IF NOT FOUND THEN
    RETURN jsonb_strip_nulls(jsonb_build_object('outcome', 'missing', 'stored', responses_of(owner, wanted)));
  END IF;
  IF reply.finished_at IS NOT NULL THEN
    RETURN jsonb_strip_nulls(jsonb_build_object('outcome', 'finished', 'stored', responses_of(owner, wanted)));
  END IF;
  IF reply.deadline_at <= clock_timestamp() THEN
    SELECT coalesce(jsonb_agg(late.id), '[]') INTO expired
    FROM expire_replies(reply.owner_id, reply.conversation_id) AS late;
    RETURN jsonb_build_object('outcome', 'expired', 'ownerId', reply.owner_id, 'conversationId', reply.conversation_id,
      'replyIds', expired, 'nextReplyId', next_job(reply.owner_id, reply.conversation_id));
  END IF;
  IF next_reply(reply.owner_id, reply.conversation_id) <> reply.id THEN
    RETURN '{"outcome": "blocked"}';
  END IF;
  IF max_running > 0 THEN
    PERFORM FROM replies WHERE owner_id = owner AND id = wanted AND finished_at IS NULL
      AND (status = 'queued' OR leased_until < clock_timestamp()) FOR NO KEY UPDATE;
    IF FOUND THEN
      -- Claims and endings of one user come one after another: two claims at once would both find the last slot, and an
      -- ending would not find what has just begun to wait.
      PERFORM FROM users WHERE id = owner FOR NO KEY UPDATE;
      IF max_running <= (SELECT count(*) FROM replies WHERE owner_id = owner AND finished_at IS NULL
        AND status = 'in_progress' AND leased_until >= clock_timestamp()) THEN
        UPDATE replies SET awaits_slot = true, enqueued_at = clock_timestamp() WHERE owner_id = owner AND id = wanted;
        RETURN '{"outcome": "no_slot"}';
      END IF;
    END IF;
  END IF;
  -- Not before: the answer that was waited for must be older than what follows it, or a context would miss it.
  at := clock_timestamp();
  UPDATE replies SET attempt = attempt + 1, status = 'in_progress', partial_text = '', reasoning = '', note_ids = '[]',
    reasoning_tokens = 0, sequence = sequence + 1,
    -- The worker before has sent it, and nobody has its answer; one that was bought in the background is read.
    failed_input_tokens = failed_input_tokens + CASE WHEN attempt > 0 AND NOT background
      THEN coalesce(input_tokens, tokens_sent(replies))::integer ELSE 0 END,
    started_at = coalesce(started_at, at),
    updated_at = at, awaits_slot = false,
    leased_until = clock_timestamp() + lease
  WHERE owner_id = reply.owner_id AND id = reply.id AND finished_at IS NULL
    AND (status = 'queued' OR leased_until < clock_timestamp())
  RETURNING * INTO reply;
  IF NOT FOUND THEN
    SELECT * INTO reply FROM replies WHERE owner_id = owner AND id = wanted;
    RETURN jsonb_build_object('outcome', CASE WHEN reply.finished_at IS NULL THEN 'leased' ELSE 'finished' END,
      'leaseSecondsLeft', extract(epoch FROM reply.leased_until - clock_timestamp()));
  END IF;
  RETURN jsonb_build_object('outcome', 'claimed', 'reply', to_jsonb(reply),
    'lessons', (SELECT to_jsonb(known) FROM model_lessons AS known WHERE known.model = reply.model),
    'stored', CASE WHEN reply.background AND reply.attempt > 1 THEN responses_of(owner, wanted) END,
    'notes', prompt_notes(reply.owner_id, reply.conversation_id));
END $$;

-- Takes a reply for a worker: the reply with its notes, whom to tell, and the messages before it, newest first.
CREATE OR REPLACE FUNCTION claim_for_prompt(p jsonb, OUT answer jsonb, OUT news jsonb, OUT history json) LANGUAGE plpgsql AS $$
DECLARE
  owner text := p->>'ownerId';
BEGIN
  answer := take_reply(p);
  news := reply_news(answer, owner);
  IF answer->>'outcome' = 'claimed' THEN
    history := prompt_history(owner, answer->'reply'->>'conversation_id',
      (answer->'reply'->>'position')::integer, (answer->'reply'->>'context_tokens')::bigint * 8);
  END IF;
END $$;
