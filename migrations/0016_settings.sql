ALTER TABLE "conversations" ADD COLUMN "settings" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "replies" ADD COLUMN "settings" jsonb DEFAULT '{}'::jsonb NOT NULL;