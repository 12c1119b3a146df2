-- What a conversation is found by, each with its owner: an index is then read for one owner only. A key's length keeps
-- "a=b": "c" apart from "a": "b=c". Texts are compared however their accents are encoded.
CREATE FUNCTION conversation_labels(owner_id text, tags jsonb, metadata jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY(
  SELECT normalize(owner_id || ' #' || tag) FROM jsonb_array_elements_text(tags) AS tag
  UNION ALL
  SELECT normalize(owner_id || ' ' || length(key) || ' ' || key || '=' || value)
  FROM jsonb_each_text(metadata) AS pair (key, value));
--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "tags" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "expires_in_days" integer;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "forked_from_conversation_id" text;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "forked_from_message_id" text;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "rating" text;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "rating_comment" text;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "rated_at" timestamp with time zone;--> statement-breakpoint
CREATE INDEX "conversations_labels" ON "conversations" USING gin (conversation_labels("owner_id", "tags", "metadata")) WHERE ("conversations"."tags" <> '[]'::jsonb or "conversations"."metadata" <> '{}'::jsonb);--> statement-breakpoint
CREATE INDEX "conversations_expiry" ON "conversations" USING btree ((("updated_at" at time zone 'UTC') + "expires_in_days" * interval '1 day')) WHERE "conversations"."expires_in_days" is not null;--> statement-breakpoint
CREATE INDEX "messages_rated" ON "messages" USING btree ("rated_at") WHERE "messages"."rating" is not null;