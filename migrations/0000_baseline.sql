-- Every table, index, trigger and generated column, and the functions that they depend on, as they were when the
-- migrations 0000 to 0031 of version 0.1 became this file. Databases at 0031 skip it. Later changes are numbered
-- migrations after this one; all other functions of the database are in migrations/functions.
-- The signs of markup as characters that the parser takes for spaces: it would leave out what stands between `<` and
-- `>` as a tag, and `&value;` as an entity. Those behind a bracket go with it, or the parser would read `</div` as a
-- path and `<-5` as a number. No longer and no shorter than the text. What an index or a column is made of has bodies
-- that are no strings, and is found whatever the search path.
CREATE FUNCTION hide_signs(p_text text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN translate(replace(replace(replace(p_text, '</', E'\x01\x04'), '<-', E'\x01\x05'), '>-', E'\x02\x05'),
  '<>&', E'\x01\x02\x03');
--> statement-breakpoint
-- The words of a text: all that is searched is made of them, and no other function asks the parser for any.
CREATE FUNCTION words_of(p_text text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN to_tsvector('simple'::regconfig, hide_signs(p_text));
--> statement-breakpoint
CREATE TABLE "admin_actions" (
	"id" text PRIMARY KEY NOT NULL,
	"admin_id" text NOT NULL,
	"action" text NOT NULL,
	"user_id" text,
	"reply_id" text,
	"request_id" text NOT NULL,
	"details" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "api_keys" (
	"id" text NOT NULL,
	"owner_id" text NOT NULL,
	"name" text NOT NULL,
	"hash" text NOT NULL,
	"lookup" text NOT NULL,
	"hint" text NOT NULL,
	"scopes" jsonb NOT NULL,
	"expires_at" timestamp with time zone,
	"last_used_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "api_keys_owner_id_id_pk" PRIMARY KEY("owner_id","id")
);
--> statement-breakpoint
CREATE TABLE "connections" (
	"id" text NOT NULL,
	"owner_id" text NOT NULL,
	"api_key_hash" text,
	"expires_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "connections_owner_id_id_pk" PRIMARY KEY("owner_id","id")
);
--> statement-breakpoint
CREATE TABLE "conversations" (
	"id" text NOT NULL,
	"owner_id" text NOT NULL,
	"title" text,
	"description" text,
	"system_prompt" text,
	"system_prompt_id" text,
	"model" text,
	"status" text DEFAULT 'active' NOT NULL,
	"metadata" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"next_position" integer DEFAULT 1 NOT NULL,
	"next_ordinal" integer DEFAULT 1 NOT NULL,
	"message_count" integer DEFAULT 0 NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"deleted_at" timestamp with time zone,
	"idempotency_key" text,
	"idempotency_fingerprint" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "conversations_owner_id_id_pk" PRIMARY KEY("owner_id","id")
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"owner_id" text NOT NULL,
	"kind" text NOT NULL,
	"key" text NOT NULL,
	"fingerprint" text NOT NULL,
	"resource_id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "idempotency_keys_owner_id_kind_key_pk" PRIMARY KEY("owner_id","kind","key")
);
--> statement-breakpoint
CREATE TABLE "message_versions" (
	"owner_id" text NOT NULL,
	"message_id" text NOT NULL,
	"version" integer NOT NULL,
	"content" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "message_versions_owner_id_message_id_version_pk" PRIMARY KEY("owner_id","message_id","version")
);
--> statement-breakpoint
CREATE TABLE "messages" (
	"id" text NOT NULL,
	"owner_id" text NOT NULL,
	"conversation_id" text NOT NULL,
	"position" integer NOT NULL,
	"role" text NOT NULL,
	"content" text NOT NULL,
	"reply_to" text,
	"reply_id" text,
	"is_edited" boolean DEFAULT false NOT NULL,
	"is_deleted" boolean DEFAULT false NOT NULL,
	"is_active" boolean DEFAULT true NOT NULL,
	"metadata" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"idempotency_key" text,
	"idempotency_fingerprint" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "messages_owner_id_id_pk" PRIMARY KEY("owner_id","id")
);
--> statement-breakpoint
CREATE TABLE "conversation_notes" (
	"owner_id" text NOT NULL,
	"conversation_id" text NOT NULL,
	"note_id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "conversation_notes_owner_id_conversation_id_note_id_pk" PRIMARY KEY("owner_id","conversation_id","note_id")
);
--> statement-breakpoint
CREATE TABLE "notes" (
	"id" text NOT NULL,
	"owner_id" text NOT NULL,
	"title" text,
	"content" text NOT NULL,
	"tags" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"words" "tsvector" GENERATED ALWAYS AS (words_of(coalesce(title, '') || ' ' || content)) STORED,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "notes_owner_id_id_pk" PRIMARY KEY("owner_id","id")
);
--> statement-breakpoint
CREATE TABLE "replies" (
	"id" text NOT NULL,
	"owner_id" text NOT NULL,
	"conversation_id" text NOT NULL,
	"message_id" text NOT NULL,
	"ordinal" integer NOT NULL,
	"position" integer NOT NULL,
	"status" text DEFAULT 'queued' NOT NULL,
	"model" text NOT NULL,
	"context_tokens" integer NOT NULL,
	"max_output_tokens" integer NOT NULL,
	"system_prompt" text,
	"attempt" integer DEFAULT 0 NOT NULL,
	"leased_until" timestamp with time zone,
	"deadline_at" timestamp with time zone NOT NULL,
	"partial_text" text DEFAULT '' NOT NULL,
	"sequence" integer DEFAULT 0 NOT NULL,
	"assistant_message_id" text,
	"finish_reason" text,
	"error_code" text,
	"error_message" text,
	"input_tokens" integer,
	"output_tokens" integer,
	"price_flat" integer,
	"price_input" double precision,
	"price_output" double precision,
	"tokens_held" bigint NOT NULL,
	"tokens_charged" bigint DEFAULT 0 NOT NULL,
	"context" jsonb,
	"note_ids" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"enqueued_at" timestamp with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	"idempotency_key" text,
	"idempotency_fingerprint" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "replies_owner_id_id_pk" PRIMARY KEY("owner_id","id"),
	CONSTRAINT "replies_finished" CHECK (("replies"."finished_at" is null) = ("replies"."status" in ('queued', 'in_progress'))),
	CONSTRAINT "replies_answered" CHECK (("replies"."assistant_message_id" is not null) = ("replies"."status" in ('completed', 'incomplete')))
);
--> statement-breakpoint
CREATE TABLE "system_prompts" (
	"id" text NOT NULL,
	"owner_id" text NOT NULL,
	"name" text NOT NULL,
	"content" text NOT NULL,
	"visibility" text DEFAULT 'private' NOT NULL,
	"is_default" boolean DEFAULT false NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "system_prompts_owner_id_id_pk" PRIMARY KEY("owner_id","id")
);
--> statement-breakpoint
CREATE TABLE "token_ledger" (
	"id" text PRIMARY KEY NOT NULL,
	"owner_id" text NOT NULL,
	"kind" text NOT NULL,
	"amount" bigint NOT NULL,
	"reply_id" text,
	"reason" text NOT NULL,
	"ordinal" integer DEFAULT 0 NOT NULL,
	"balance" bigint DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "deleted_subjects" (
	"subject_hash" text PRIMARY KEY NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" text PRIMARY KEY NOT NULL,
	"cognito_sub" text NOT NULL,
	"email" text,
	"display_name" text,
	"token_balance" bigint DEFAULT 0 NOT NULL,
	"tokens_held" bigint DEFAULT 0 NOT NULL,
	"refilled_at" timestamp with time zone,
	"send_allowed_at" timestamp with time zone,
	"send_window_started_at" timestamp with time zone,
	"send_window_count" integer DEFAULT 0 NOT NULL,
	"disabled_at" timestamp with time zone,
	"deletion" jsonb,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "users_cognito_sub_unique" UNIQUE("cognito_sub"),
	CONSTRAINT "users_balance" CHECK ("users"."tokens_held" >= 0 and "users"."token_balance" >= "users"."tokens_held")
);
--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "connections" ADD CONSTRAINT "connections_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conversations" ADD CONSTRAINT "conversations_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "idempotency_keys" ADD CONSTRAINT "idempotency_keys_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "message_versions" ADD CONSTRAINT "message_versions_owner_id_message_id_messages_owner_id_id_fk" FOREIGN KEY ("owner_id","message_id") REFERENCES "public"."messages"("owner_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_owner_id_conversation_id_conversations_owner_id_id_fk" FOREIGN KEY ("owner_id","conversation_id") REFERENCES "public"."conversations"("owner_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_reply_to" FOREIGN KEY ("owner_id","reply_to") REFERENCES "public"."messages"("owner_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conversation_notes" ADD CONSTRAINT "conversation_notes_conversation" FOREIGN KEY ("owner_id","conversation_id") REFERENCES "public"."conversations"("owner_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conversation_notes" ADD CONSTRAINT "conversation_notes_note" FOREIGN KEY ("owner_id","note_id") REFERENCES "public"."notes"("owner_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notes" ADD CONSTRAINT "notes_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "replies" ADD CONSTRAINT "replies_owner_id_conversation_id_conversations_owner_id_id_fk" FOREIGN KEY ("owner_id","conversation_id") REFERENCES "public"."conversations"("owner_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "replies" ADD CONSTRAINT "replies_owner_id_message_id_messages_owner_id_id_fk" FOREIGN KEY ("owner_id","message_id") REFERENCES "public"."messages"("owner_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "system_prompts" ADD CONSTRAINT "system_prompts_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "admin_actions_created" ON "admin_actions" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "admin_actions_user" ON "admin_actions" USING btree ("user_id","created_at","id");--> statement-breakpoint
CREATE INDEX "admin_actions_admin" ON "admin_actions" USING btree ("admin_id");--> statement-breakpoint
CREATE UNIQUE INDEX "api_keys_lookup" ON "api_keys" USING btree ("lookup");--> statement-breakpoint
CREATE INDEX "api_keys_created" ON "api_keys" USING btree ("owner_id","created_at","id");--> statement-breakpoint
CREATE INDEX "api_keys_revoked" ON "api_keys" USING btree ("revoked_at") WHERE "api_keys"."revoked_at" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "connections_id" ON "connections" USING btree ("id");--> statement-breakpoint
CREATE INDEX "connections_expires" ON "connections" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "conversations_idempotency" ON "conversations" USING btree ("owner_id","idempotency_key");--> statement-breakpoint
CREATE INDEX "conversations_updated" ON "conversations" USING btree ("owner_id","updated_at","id");--> statement-breakpoint
CREATE INDEX "conversations_created" ON "conversations" USING btree ("owner_id","created_at","id");--> statement-breakpoint
CREATE INDEX "conversations_deleted" ON "conversations" USING btree ("deleted_at") WHERE "conversations"."deleted_at" is not null;--> statement-breakpoint
CREATE INDEX "idempotency_keys_created" ON "idempotency_keys" USING btree ("created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "messages_position" ON "messages" USING btree ("owner_id","conversation_id","position") WHERE "messages"."is_active";--> statement-breakpoint
CREATE INDEX "messages_versions" ON "messages" USING btree ("owner_id","conversation_id","position","id") WHERE not "messages"."is_active";--> statement-breakpoint
CREATE UNIQUE INDEX "messages_answer" ON "messages" USING btree ("owner_id","reply_id") WHERE "messages"."role" = 'assistant';--> statement-breakpoint
CREATE UNIQUE INDEX "messages_idempotency" ON "messages" USING btree ("owner_id","idempotency_key") WHERE "messages"."idempotency_key" is not null;--> statement-breakpoint
CREATE INDEX "messages_conversation" ON "messages" USING btree ("owner_id","conversation_id");--> statement-breakpoint
CREATE INDEX "messages_reply_to_idx" ON "messages" USING btree ("owner_id","reply_to") WHERE "messages"."reply_to" is not null;--> statement-breakpoint
CREATE INDEX "conversation_notes_by_note" ON "conversation_notes" USING btree ("owner_id","note_id");--> statement-breakpoint
CREATE INDEX "notes_created" ON "notes" USING btree ("owner_id","created_at","id");--> statement-breakpoint
CREATE INDEX "notes_words" ON "notes" USING gin ("words");--> statement-breakpoint
CREATE UNIQUE INDEX "replies_ordinal" ON "replies" USING btree ("owner_id","conversation_id","ordinal");--> statement-breakpoint
CREATE INDEX "replies_message" ON "replies" USING btree ("owner_id","message_id");--> statement-breakpoint
CREATE INDEX "replies_unfinished" ON "replies" USING btree ("owner_id","conversation_id","ordinal") WHERE "replies"."finished_at" is null;--> statement-breakpoint
CREATE INDEX "replies_unanswered" ON "replies" USING btree ("owner_id","conversation_id","ordinal") WHERE "replies"."finished_at" is not null and "replies"."assistant_message_id" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "replies_idempotency" ON "replies" USING btree ("owner_id","idempotency_key") WHERE "replies"."idempotency_key" is not null;--> statement-breakpoint
CREATE INDEX "replies_created" ON "replies" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "replies_failed" ON "replies" USING btree ("created_at","id") WHERE "replies"."error_code" is not null;--> statement-breakpoint
CREATE INDEX "replies_failed_id" ON "replies" USING btree ("id") WHERE "replies"."error_code" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "system_prompts_default" ON "system_prompts" USING btree ("owner_id") WHERE "system_prompts"."is_default";--> statement-breakpoint
CREATE INDEX "system_prompts_created" ON "system_prompts" USING btree ("owner_id","created_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "system_prompts_public" ON "system_prompts" USING btree ("id") WHERE "system_prompts"."visibility" = 'public';--> statement-breakpoint
CREATE INDEX "system_prompts_public_created" ON "system_prompts" USING btree ("created_at","id") WHERE "system_prompts"."visibility" = 'public';--> statement-breakpoint
CREATE UNIQUE INDEX "token_ledger_once" ON "token_ledger" USING btree ("reply_id","kind") WHERE "token_ledger"."reply_id" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "token_ledger_ordinal" ON "token_ledger" USING btree ("owner_id","ordinal");--> statement-breakpoint
CREATE INDEX "users_created" ON "users" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "users_leaving" ON "users" USING btree ("id") WHERE "users"."deletion" is not null;
--> statement-breakpoint
-- The words of a text, in any language, and its owner as one more word: with that word in every query, the index
-- below reads one owner's entries only. The text itself never has a word that begins with `@`.
CREATE FUNCTION searchable(p_owner_id text, p_text text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN words_of(p_text) || array_to_tsvector(ARRAY['@' || p_owner_id]);
--> statement-breakpoint
-- Not a stored column: rows travel whole through the functions that write them. Merged in small portions, so that
-- no single send waits long for it.
CREATE INDEX messages_search ON messages USING gin (searchable(owner_id, content))
  WITH (gin_pending_list_limit = 512) WHERE is_active AND NOT is_deleted;
--> statement-breakpoint
-- For what looks for new messages in the background.
CREATE INDEX messages_created_range ON messages USING brin (created_at);
--> statement-breakpoint
CREATE INDEX message_versions_created_range ON message_versions USING brin (created_at);
--> statement-breakpoint
-- The words that an owner's messages have or had, for fragments and typos. Filled in the background, because a
-- lookup of each word would make a send dearer than all the rest of it.
CREATE TABLE search_words (
  owner_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  word text COLLATE "C" NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  PRIMARY KEY (owner_id, word)
);
--> statement-breakpoint
-- The last message whose words are there.
CREATE TABLE search_progress (
  id text PRIMARY KEY,
  message_created_at timestamp with time zone NOT NULL,
  owner_id text NOT NULL,
  message_id text NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
INSERT INTO search_progress (id, message_created_at, owner_id, message_id) VALUES ('words', '-infinity', '', '');
--> statement-breakpoint
-- What a search has found, and how well it matches: whole numbers, those of an exact match above all others, and
-- among equals the newer one first.
CREATE TYPE search_hit AS (id text, score bigint);
--> statement-breakpoint
CREATE INDEX notes_created_range ON notes USING brin (created_at);
--> statement-breakpoint
-- What can be embedded, and the text that is.
CREATE VIEW embeddable_message AS
  SELECT owner_id, id, content AS text, created_at FROM messages WHERE is_active AND NOT is_deleted;
--> statement-breakpoint
CREATE VIEW embeddable_note AS
  SELECT owner_id, id, concat_ws(E'\n', title, content) AS text, created_at FROM notes;
--> statement-breakpoint
-- Lock order everywhere: conversation, reply, user.
CREATE FUNCTION keep_terminal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'reply % is %: terminal states never change', OLD.id, OLD.status USING ERRCODE = 'PY002';
END $$;
--> statement-breakpoint
CREATE TRIGGER replies_keep_terminal BEFORE UPDATE OF status ON replies FOR EACH ROW
  WHEN (OLD.finished_at IS NOT NULL AND NEW.status IS DISTINCT FROM OLD.status)
  EXECUTE FUNCTION keep_terminal();
--> statement-breakpoint
-- An entry's place and the balance after it. The lock has a user's entries written one at a time, so that they
-- add up in the order of their ordinals.
CREATE FUNCTION number_ledger_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  latest token_ledger;
BEGIN
  PERFORM FROM users WHERE id = NEW.owner_id FOR NO KEY UPDATE;
  SELECT * INTO latest FROM token_ledger WHERE owner_id = NEW.owner_id ORDER BY ordinal DESC LIMIT 1;
  NEW.ordinal := coalesce(latest.ordinal, 0) + 1;
  NEW.balance := coalesce(latest.balance, 0)
    + CASE NEW.kind WHEN 'grant' THEN NEW.amount WHEN 'debit' THEN -NEW.amount ELSE 0 END;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER token_ledger_number BEFORE INSERT ON token_ledger FOR EACH ROW
  EXECUTE FUNCTION number_ledger_entry();
--> statement-breakpoint
-- What admins did stays as it was. Only the pseudonym of a deleted account may take the place of its id, and the
-- words that an admin wrote about it may go.
CREATE FUNCTION keep_admin_actions() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changing CONSTANT text[] := '{admin_id,user_id,details,updated_at}';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF to_jsonb(NEW) - changing = to_jsonb(OLD) - changing
      AND NEW.details IN (OLD.details, OLD.details - 'reason')
      AND (NEW.admin_id = OLD.admin_id OR NEW.admin_id LIKE 'deleted-%')
      AND (NEW.user_id IS NOT DISTINCT FROM OLD.user_id OR NEW.user_id LIKE 'deleted-%') THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'what admins did is never changed' USING ERRCODE = 'PY003';
END $$;
--> statement-breakpoint
CREATE TRIGGER admin_actions_keep BEFORE UPDATE OR DELETE ON admin_actions FOR EACH ROW
  EXECUTE FUNCTION keep_admin_actions();
--> statement-breakpoint
CREATE TRIGGER admin_actions_keep_all BEFORE TRUNCATE ON admin_actions FOR EACH STATEMENT
  EXECUTE FUNCTION keep_admin_actions();
