ALTER TABLE "replies" ADD COLUMN "balance_when_asked" bigint;--> statement-breakpoint
ALTER TABLE "replies" ADD COLUMN "held_when_asked" bigint;--> statement-breakpoint
ALTER TABLE "replies" ADD COLUMN "balance_when_ended" bigint;--> statement-breakpoint
ALTER TABLE "replies" ADD COLUMN "held_when_ended" bigint;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "default_model" text;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "locale" text;