CREATE TABLE "usage_days" (
	"owner_id" text NOT NULL,
	"day" date NOT NULL,
	"model" text NOT NULL,
	"replies" bigint DEFAULT 0 NOT NULL,
	"input_tokens" bigint DEFAULT 0 NOT NULL,
	"cached_tokens" bigint DEFAULT 0 NOT NULL,
	"output_tokens" bigint DEFAULT 0 NOT NULL,
	"reasoning_tokens" bigint DEFAULT 0 NOT NULL,
	"tokens_charged" bigint DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "usage_days_owner_id_day_model_pk" PRIMARY KEY("owner_id","day","model")
);
--> statement-breakpoint
ALTER TABLE "usage_days" ADD CONSTRAINT "usage_days_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "usage_days_day" ON "usage_days" USING btree ("day");--> statement-breakpoint
-- Wherever a reply ends. Every ending has locked its user before, so that the rows of a user are added to one at a time.
CREATE FUNCTION count_usage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO usage_days AS usage (owner_id, day, model, replies, input_tokens, output_tokens, tokens_charged)
  VALUES (NEW.owner_id, (NEW.finished_at AT TIME ZONE 'UTC')::date, NEW.model, 1, coalesce(NEW.input_tokens, 0),
    coalesce(NEW.output_tokens, 0), NEW.tokens_charged)
  ON CONFLICT (owner_id, day, model) DO UPDATE SET replies = usage.replies + EXCLUDED.replies,
    input_tokens = usage.input_tokens + EXCLUDED.input_tokens,
    output_tokens = usage.output_tokens + EXCLUDED.output_tokens,
    tokens_charged = usage.tokens_charged + EXCLUDED.tokens_charged, updated_at = now();
  RETURN NULL;
END $$;
--> statement-breakpoint
-- Its lock is kept until the migration ends, so that no reply ends between what it counts and what is counted below.
CREATE TRIGGER replies_count_usage AFTER UPDATE OF finished_at ON replies FOR EACH ROW
  WHEN (OLD.finished_at IS NULL AND NEW.finished_at IS NOT NULL)
  EXECUTE FUNCTION count_usage();
--> statement-breakpoint
INSERT INTO usage_days (owner_id, day, model, replies, input_tokens, output_tokens, tokens_charged)
SELECT owner_id, (finished_at AT TIME ZONE 'UTC')::date, model, count(*), coalesce(sum(input_tokens), 0),
  coalesce(sum(output_tokens), 0), sum(tokens_charged)
FROM replies WHERE finished_at IS NOT NULL GROUP BY 1, 2, 3;
