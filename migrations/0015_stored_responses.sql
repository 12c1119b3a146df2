CREATE TABLE "stored_responses" (
	"user_id" text NOT NULL,
	"reply_id" text NOT NULL,
	"response_id" text NOT NULL,
	"model" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "stored_responses_user_id_reply_id_response_id_pk" PRIMARY KEY("user_id","reply_id","response_id")
);
--> statement-breakpoint
ALTER TABLE "models" ADD COLUMN "background" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "replies" ADD COLUMN "background" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "stored_responses_created" ON "stored_responses" USING btree ("created_at");