ALTER TABLE "conversations" ADD COLUMN "title_source" text;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "forked_from_conversation_id" text;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "forked_from_message_id" text;