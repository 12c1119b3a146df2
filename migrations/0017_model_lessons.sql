CREATE TABLE "model_lessons" (
	"model" text PRIMARY KEY NOT NULL,
	"server" text NOT NULL,
	"learnt" jsonb NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
