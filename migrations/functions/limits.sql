-- Tokens that a prompt is filled up to: what the stage says, else an eighth of the model's context and 32 000 at least. A
-- longer question is sent all the same, without what was before it. wanted: 0 or null is that share.
CREATE OR REPLACE FUNCTION input_limit(context_tokens bigint, wanted bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT least(context_tokens, CASE WHEN wanted > 0 THEN wanted ELSE greatest(32000, context_tokens / 8) END)
$$;

-- What a reply may send to its model: octets / 2 is above the tokens of any text in practice. With notes it may be asked
-- five times, which together send twice the limit, or each time the question.
CREATE OR REPLACE FUNCTION expected_input(conversation conversations, question text, asked jsonb) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
  earlier bigint;
  bare bigint := (octet_length(question) + coalesce(octet_length(conversation.system_prompt), 0)) / 2 + 16;
  room bigint := (asked->>'inputLimit')::bigint;
BEGIN
  IF EXISTS (SELECT FROM notes WHERE owner_id = conversation.owner_id) THEN
    RETURN greatest(2 * room, bare) + 4 * bare;
  END IF;
  IF bare < room THEN
    SELECT coalesce(sum(octet_length(content)), 0) / 2 INTO earlier FROM (
      SELECT content FROM messages
      WHERE owner_id = conversation.owner_id AND conversation_id = conversation.id AND is_active
      ORDER BY "position" DESC LIMIT 500) AS recent;
  END IF;
  RETURN greatest(bare, least(bare + earlier, room));
END $$;

-- Dollars a million tokens of the model, `input` and `output`. One of which nothing is said counts as the dearest there
-- are, so that no budget is passed unseen.
CREATE OR REPLACE FUNCTION cost_per_million(asked jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(asked->'costPerMillion', CASE WHEN split_part(asked->>'id', '/', 1) = 'scripted'
    THEN '{"input": 0, "output": 0}'::jsonb ELSE '{"input": 5, "output": 25}'::jsonb END)
$$;

-- Millionths of a dollar.
CREATE OR REPLACE FUNCTION cost_of(reply replies, input bigint, output bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT ceil(coalesce(input, 0) * reply.cost_input + coalesce(output, 0) * reply.cost_output)::bigint
$$;

-- Refuses a send that would go beyond what its user may have in flight and use; the caller has locked the user. What is
-- unfinished counts as if it took all it may, so that no limit is passed by more than one reply.
-- p: maxRunning, maxWaiting, tokensPerDay, tokensPerMonth; absent or 0 is no limit.
CREATE OR REPLACE FUNCTION refuse_beyond_limits(account users, p jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  running integer := coalesce((p->>'maxRunning')::integer, 0);
  allowed integer := running + coalesce((p->>'maxWaiting')::integer, 0);
  per_day bigint := coalesce((p->>'tokensPerDay')::bigint, 0);
  per_month bigint := coalesce((p->>'tokensPerMonth')::bigint, 0);
  at timestamp := clock_timestamp() AT TIME ZONE 'UTC';
  month date := date_trunc('month', at);
  in_flight record;
  used record;
BEGIN
  IF running = 0 AND per_day = 0 AND per_month = 0 THEN
    RETURN;
  END IF;
  SELECT count(*) AS replies, coalesce(sum(expected_input_tokens + max_output_tokens), 0) AS tokens INTO in_flight
  FROM replies WHERE owner_id = account.id AND finished_at IS NULL;
  IF running > 0 AND in_flight.replies >= allowed THEN
    PERFORM refuse(jsonb_build_object('outcome', 'limited', 'policy', 'replies', 'limit', allowed,
      'retryAfterSeconds', 5));
  END IF;
  IF per_day = 0 AND per_month = 0 THEN
    RETURN;
  END IF;
  SELECT coalesce(sum(input_tokens + output_tokens) FILTER (WHERE day = at::date), 0) AS today,
    coalesce(sum(input_tokens + output_tokens), 0) AS month INTO used
  FROM usage_days WHERE owner_id = account.id AND day >= month;
  IF per_day > 0 AND used.today + in_flight.tokens >= per_day THEN
    PERFORM refuse(jsonb_build_object('outcome', 'limited', 'policy', 'tokens-per-day', 'limit', per_day,
      'retryAfterSeconds', CASE WHEN used.today < per_day THEN 30 ELSE extract(epoch FROM at::date + 1 - at) END));
  END IF;
  IF per_month > 0 AND used.month + in_flight.tokens >= per_month THEN
    PERFORM refuse(jsonb_build_object('outcome', 'limited', 'policy', 'tokens-per-month', 'limit', per_month,
      'retryAfterSeconds', CASE WHEN used.month < per_month THEN 30
        ELSE extract(epoch FROM month + interval '1 month' - at) END));
  END IF;
END $$;

-- Holds what a reply may cost of the day's budget, or refuses it where that is spent or held; last of all locks, because
-- it is of the whole stage. What costs nothing is never refused. The reply that passes the budget is accepted, and no other.
CREATE OR REPLACE FUNCTION hold_budget(reply replies, dollars double precision) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  today date := (reply.created_at AT TIME ZONE 'UTC')::date;
  cost bigint := cost_of(reply, reply.expected_input_tokens, reply.max_output_tokens);
  budget spending_days;
BEGIN
  IF cost = 0 THEN
    RETURN;
  END IF;
  INSERT INTO spending_days AS present (day, held) VALUES (today, cost)
  ON CONFLICT (day) DO UPDATE SET held = present.held + cost, updated_at = now() RETURNING * INTO budget;
  IF budget.spent + budget.held - cost >= dollars * 1000000 THEN
    PERFORM refuse(jsonb_build_object('outcome', 'limited', 'policy', 'budget-per-day', 'limit', dollars,
      'isSpent', budget.spent >= dollars * 1000000,
      'retryAfterSeconds', CASE WHEN budget.spent < dollars * 1000000 THEN 30
        ELSE extract(epoch FROM today + 1 - clock_timestamp() AT TIME ZONE 'UTC') END));
  END IF;
END $$;

-- Turns the hold of a reply that has ended into what it cost, of the day on which it was asked; calls that broke off count.
CREATE OR REPLACE FUNCTION settle_budget(reply replies) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF reply.cost_input + reply.cost_output > 0 THEN
    UPDATE spending_days SET spent = spent + cost_of(reply, coalesce(reply.input_tokens, 0) + reply.failed_input_tokens,
        reply.output_tokens),
      held = held - cost_of(reply, reply.expected_input_tokens, reply.max_output_tokens), updated_at = now()
    WHERE day = (reply.created_at AT TIME ZONE 'UTC')::date;
  END IF;
END $$;
