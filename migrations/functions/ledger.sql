-- Ids of rows that are born inside a transaction: ledger entries, stopped answers, messages of a fork. They look like
-- every other id, and have 86 random bits.
CREATE OR REPLACE FUNCTION new_id() RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT 'l' || substr(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 10, 23)
$$;

-- What a reply may cost at most: the flat price, or input estimate + maximum output of a metered model.
-- Octets / 2 is above the tokens of any text in practice; only the newest 500 messages are measured. Whoever has
-- notes may have 4 000 tokens of them pinned, and 4 searches of 2 000 tokens, each of which sends all again.
CREATE OR REPLACE FUNCTION highest_price(conversation conversations, asked jsonb, newest text) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
  octets bigint;
  input bigint;
BEGIN
  IF asked->>'priceFlat' IS NOT NULL THEN
    RETURN (asked->>'priceFlat')::bigint;
  END IF;
  SELECT coalesce(sum(octet_length(content)), 0) INTO octets FROM (
    SELECT content FROM messages
    WHERE owner_id = conversation.owner_id AND conversation_id = conversation.id AND is_active
    ORDER BY position DESC LIMIT 500) AS recent;
  octets := octets + octet_length(newest) + coalesce(octet_length(conversation.system_prompt), 0);
  IF EXISTS (SELECT FROM notes WHERE owner_id = conversation.owner_id) THEN
    input := 5 * least(octets / 2 + 16 + 4000 + 4 * 2000, (asked->>'contextTokens')::bigint);
  ELSE
    input := least(octets / 2 + 16, (asked->>'contextTokens')::bigint);
  END IF;
  RETURN ceil((input * (asked->>'priceInput')::double precision
    + (asked->>'maxOutputTokens')::bigint * (asked->>'priceOutput')::double precision) / 1000);
END $$;

-- What a reply costs for this usage: the flat price, or tokens of the model at its metered price. `cached` are those of
-- the input that its provider had read before; null where it does not say.
CREATE OR REPLACE FUNCTION charge_for(reply replies, input bigint, output bigint, cached bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(reply.price_flat::bigint, ceil((
    greatest(coalesce(input, 0) - coalesce(cached, 0), 0) * reply.price_input
    + least(coalesce(cached, 0), coalesce(input, 0)) * coalesce(reply.price_cached_input, reply.price_input)
    + coalesce(output, 0) * reply.price_output) / 1000)::bigint)
$$;

-- What a reply's provider was sent before its worker told how much: a quarter of the octets of its texts.
CREATE OR REPLACE FUNCTION tokens_sent(reply replies) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
  octets bigint;
BEGIN
  SELECT coalesce(sum(octet_length(content)), 0) INTO octets FROM (
    SELECT content FROM messages
    WHERE owner_id = reply.owner_id AND conversation_id = reply.conversation_id AND is_active
      AND "position" < reply."position"
    ORDER BY "position" DESC LIMIT 500) AS recent;
  octets := octets + coalesce(octet_length(reply.system_prompt), 0);
  RETURN least(octets / 4, reply.context_tokens - reply.max_output_tokens,
    nullif(reply.expected_input_tokens, 0));
END $$;

-- What a reply owes that is cut short: nothing before it is claimed, and then what was sent and what was produced so
-- far. The claim is the last that the database hears before the provider is asked, and who claims asks: a cancel after
-- it no longer keeps the provider from being sent the prompt.
CREATE OR REPLACE FUNCTION charge_so_far(reply replies) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN reply.attempt = 0 THEN 0
    WHEN reply.price_flat IS NOT NULL THEN reply.price_flat
    ELSE charge_for(reply, coalesce(reply.input_tokens, tokens_sent(reply)), reply.output_tokens,
      reply.cached_input_tokens) END
$$;
