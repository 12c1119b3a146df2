CREATE TABLE "spending_days" (
	"day" date PRIMARY KEY NOT NULL,
	"spent" bigint DEFAULT 0 NOT NULL,
	"held" bigint DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "replies" ADD COLUMN "input_limit" integer;--> statement-breakpoint
ALTER TABLE "replies" ADD COLUMN "expected_input_tokens" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "replies" ADD COLUMN "cost_input" double precision;--> statement-breakpoint
ALTER TABLE "replies" ADD COLUMN "cost_output" double precision;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "poll_waits" double precision[] DEFAULT '{}' NOT NULL;