ALTER TABLE "replies" DROP CONSTRAINT "replies_answered";--> statement-breakpoint
DROP INDEX "replies_unanswered";--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "answer_number" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
CREATE INDEX "replies_cut_short" ON "replies" USING btree ("owner_id","conversation_id","ordinal") WHERE "replies"."finished_at" is not null and "replies"."finish_reason" is null;--> statement-breakpoint
ALTER TABLE "replies" ADD CONSTRAINT "replies_answered" CHECK (case when "replies"."status" in ('completed', 'incomplete') then "replies"."assistant_message_id" is not null
        else "replies"."assistant_message_id" is null or "replies"."status" = 'cancelled' end);
--> statement-breakpoint
-- Only where there is more than one answer.
UPDATE messages SET answer_number = counted.place FROM (
  SELECT owner_id, id, row_number() OVER (
    PARTITION BY owner_id, conversation_id, position ORDER BY is_active, created_at, id) AS place
  FROM messages AS answer WHERE EXISTS (SELECT FROM messages AS replaced WHERE replaced.owner_id = answer.owner_id
    AND replaced.conversation_id = answer.conversation_id AND replaced.position = answer.position
    AND NOT replaced.is_active)) AS counted
WHERE messages.owner_id = counted.owner_id AND messages.id = counted.id AND counted.place > 1;
