ALTER TABLE "replies" ADD COLUMN "failed_input_tokens" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
-- What was sent in calls that broke off is used as well.
CREATE OR REPLACE FUNCTION count_usage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO usage_days AS usage (owner_id, day, model, replies, input_tokens, cached_tokens, output_tokens,
    reasoning_tokens, tokens_charged)
  VALUES (NEW.owner_id, (NEW.finished_at AT TIME ZONE 'UTC')::date, NEW.model, 1,
    coalesce(NEW.input_tokens, 0) + NEW.failed_input_tokens, NEW.cached_input_tokens, coalesce(NEW.output_tokens, 0),
    NEW.reasoning_tokens, NEW.tokens_charged)
  ON CONFLICT (owner_id, day, model) DO UPDATE SET replies = usage.replies + EXCLUDED.replies,
    input_tokens = usage.input_tokens + EXCLUDED.input_tokens,
    cached_tokens = usage.cached_tokens + EXCLUDED.cached_tokens,
    output_tokens = usage.output_tokens + EXCLUDED.output_tokens,
    reasoning_tokens = usage.reasoning_tokens + EXCLUDED.reasoning_tokens,
    tokens_charged = usage.tokens_charged + EXCLUDED.tokens_charged, updated_at = now();
  RETURN NULL;
END $$;
