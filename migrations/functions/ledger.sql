-- Ids of rows that are born inside a transaction: ledger entries and stopped answers. They look like every other id, and
-- have 86 random bits.
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

-- What a reply costs for this usage: the flat price, or tokens of the model at its metered price.
CREATE OR REPLACE FUNCTION charge_for(reply replies, input bigint, output bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(reply.price_flat::bigint,
    ceil((coalesce(input, 0) * reply.price_input + coalesce(output, 0) * reply.price_output) / 1000)::bigint)
$$;

-- A reply that is cut short costs nothing before its first delta, and what was produced after it.
CREATE OR REPLACE FUNCTION charge_so_far(reply replies) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN reply.partial_text = '' THEN 0 ELSE charge_for(reply, reply.input_tokens, reply.output_tokens) END
$$;
