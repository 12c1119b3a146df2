CREATE TABLE "models" (
	"id" text PRIMARY KEY NOT NULL,
	"display_name" text,
	"context_tokens" integer NOT NULL,
	"max_output_tokens" integer NOT NULL,
	"price_flat" integer,
	"price_input" double precision,
	"price_output" double precision,
	"price_cached_input" double precision,
	"cost_per_million" jsonb,
	"parameters" text[] NOT NULL,
	"is_enabled" boolean DEFAULT true NOT NULL,
	"is_default" boolean DEFAULT false NOT NULL,
	"is_fallback" boolean DEFAULT false NOT NULL,
	"position" integer DEFAULT 0 NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "models_price" CHECK (case when "models"."price_flat" is null then "models"."price_input" is not null and "models"."price_output" is not null
        else "models"."price_input" is null and "models"."price_output" is null and "models"."price_cached_input" is null end)
);
--> statement-breakpoint
ALTER TABLE "replies" ADD COLUMN "price_cached_input" double precision;--> statement-breakpoint
CREATE UNIQUE INDEX "models_default" ON "models" USING btree ("is_default") WHERE "models"."is_default";--> statement-breakpoint
CREATE UNIQUE INDEX "models_fallback" ON "models" USING btree ("is_fallback") WHERE "models"."is_fallback";