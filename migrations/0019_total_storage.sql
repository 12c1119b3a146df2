ALTER TABLE "storage_limits" ADD COLUMN "total_bytes" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "storage_limits" ADD COLUMN "counted_bytes" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "storage_limits" ADD COLUMN "counted_at" timestamp with time zone;
