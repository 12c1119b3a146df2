CREATE TABLE "api_keys" (
	"id" text NOT NULL,
	"owner_id" text NOT NULL,
	"name" text NOT NULL,
	"hash" text NOT NULL,
	"lookup" text NOT NULL,
	"hint" text NOT NULL,
	"scopes" jsonb NOT NULL,
	"expires_at" timestamp with time zone,
	"last_used_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "api_keys_owner_id_id_pk" PRIMARY KEY("owner_id","id")
);
--> statement-breakpoint
DROP INDEX "token_ledger_owner";--> statement-breakpoint
ALTER TABLE "token_ledger" ADD COLUMN "ordinal" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "token_ledger" ADD COLUMN "balance" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "refilled_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "api_keys_lookup" ON "api_keys" USING btree ("lookup");--> statement-breakpoint
CREATE INDEX "api_keys_created" ON "api_keys" USING btree ("owner_id","created_at","id");--> statement-breakpoint
CREATE INDEX "api_keys_revoked" ON "api_keys" USING btree ("revoked_at") WHERE "api_keys"."revoked_at" is not null;--> statement-breakpoint
-- What was written before there was an order gets one, with the balance that it led to.
UPDATE token_ledger AS l SET ordinal = e.ordinal, balance = e.balance
FROM (
  SELECT id, row_number() OVER entries AS ordinal,
    sum(CASE kind WHEN 'grant' THEN amount WHEN 'debit' THEN -amount ELSE 0 END) OVER entries AS balance
  FROM token_ledger
  WINDOW entries AS (PARTITION BY owner_id ORDER BY created_at, id ROWS UNBOUNDED PRECEDING)) AS e
WHERE l.id = e.id;--> statement-breakpoint
CREATE UNIQUE INDEX "token_ledger_ordinal" ON "token_ledger" USING btree ("owner_id","ordinal");