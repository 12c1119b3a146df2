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
CREATE TABLE "token_ledger" (
	"id" text PRIMARY KEY NOT NULL,
	"owner_id" text NOT NULL,
	"kind" text NOT NULL,
	"amount" bigint NOT NULL,
	"reply_id" text,
	"reason" text NOT NULL,
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
CREATE TABLE "system_prompts" (
	"id" text NOT NULL,
	"owner_id" text NOT NULL,
	"name" text NOT NULL,
	"content" text NOT NULL,
	"is_default" boolean DEFAULT false NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "system_prompts_owner_id_id_pk" PRIMARY KEY("owner_id","id")
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" text PRIMARY KEY NOT NULL,
	"cognito_sub" text NOT NULL,
	"email" text,
	"display_name" text,
	"token_balance" bigint DEFAULT 0 NOT NULL,
	"tokens_held" bigint DEFAULT 0 NOT NULL,
	"send_allowed_at" timestamp with time zone,
	"send_window_started_at" timestamp with time zone,
	"send_window_count" integer DEFAULT 0 NOT NULL,
	"disabled_at" timestamp with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "users_cognito_sub_unique" UNIQUE("cognito_sub"),
	CONSTRAINT "users_balance" CHECK ("users"."tokens_held" >= 0 and "users"."token_balance" >= "users"."tokens_held")
);
--> statement-breakpoint
ALTER TABLE "conversations" ADD CONSTRAINT "conversations_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "message_versions" ADD CONSTRAINT "message_versions_owner_id_message_id_messages_owner_id_id_fk" FOREIGN KEY ("owner_id","message_id") REFERENCES "public"."messages"("owner_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_owner_id_conversation_id_conversations_owner_id_id_fk" FOREIGN KEY ("owner_id","conversation_id") REFERENCES "public"."conversations"("owner_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_reply_to" FOREIGN KEY ("owner_id","reply_to") REFERENCES "public"."messages"("owner_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "replies" ADD CONSTRAINT "replies_owner_id_conversation_id_conversations_owner_id_id_fk" FOREIGN KEY ("owner_id","conversation_id") REFERENCES "public"."conversations"("owner_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "replies" ADD CONSTRAINT "replies_owner_id_message_id_messages_owner_id_id_fk" FOREIGN KEY ("owner_id","message_id") REFERENCES "public"."messages"("owner_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "system_prompts" ADD CONSTRAINT "system_prompts_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "conversations_idempotency" ON "conversations" USING btree ("owner_id","idempotency_key");--> statement-breakpoint
CREATE INDEX "conversations_updated" ON "conversations" USING btree ("owner_id","updated_at","id");--> statement-breakpoint
CREATE INDEX "conversations_created" ON "conversations" USING btree ("owner_id","created_at","id");--> statement-breakpoint
CREATE INDEX "conversations_deleted" ON "conversations" USING btree ("deleted_at") WHERE "conversations"."deleted_at" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "messages_position" ON "messages" USING btree ("owner_id","conversation_id","position") WHERE "messages"."is_active";--> statement-breakpoint
CREATE INDEX "messages_versions" ON "messages" USING btree ("owner_id","conversation_id","position","id") WHERE not "messages"."is_active";--> statement-breakpoint
CREATE UNIQUE INDEX "messages_answer" ON "messages" USING btree ("owner_id","reply_id") WHERE "messages"."role" = 'assistant';--> statement-breakpoint
CREATE UNIQUE INDEX "messages_idempotency" ON "messages" USING btree ("owner_id","idempotency_key") WHERE "messages"."idempotency_key" is not null;--> statement-breakpoint
CREATE INDEX "messages_reply_to_idx" ON "messages" USING btree ("owner_id","reply_to") WHERE "messages"."reply_to" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "replies_ordinal" ON "replies" USING btree ("owner_id","conversation_id","ordinal");--> statement-breakpoint
CREATE INDEX "replies_message" ON "replies" USING btree ("owner_id","message_id");--> statement-breakpoint
CREATE INDEX "replies_unfinished" ON "replies" USING btree ("owner_id","conversation_id","ordinal") WHERE "replies"."finished_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "replies_idempotency" ON "replies" USING btree ("owner_id","idempotency_key") WHERE "replies"."idempotency_key" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "token_ledger_once" ON "token_ledger" USING btree ("reply_id","kind") WHERE "token_ledger"."reply_id" is not null;--> statement-breakpoint
CREATE INDEX "token_ledger_owner" ON "token_ledger" USING btree ("owner_id","created_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "system_prompts_default" ON "system_prompts" USING btree ("owner_id") WHERE "system_prompts"."is_default";