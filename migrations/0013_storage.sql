CREATE TABLE "storage_limits" (
	"is_only" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"conversations" bigint NOT NULL,
	"messages" bigint NOT NULL,
	"notes" bigint NOT NULL,
	"system_prompts" bigint NOT NULL,
	"api_keys" bigint NOT NULL,
	"bytes" bigint NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "storage_limits_one" CHECK ("storage_limits"."is_only")
);
--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "stored_conversations" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "stored_messages" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "stored_notes" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "stored_system_prompts" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "stored_api_keys" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "stored_bytes" bigint DEFAULT 0 NOT NULL;
--> statement-breakpoint
-- What is stored of each user is counted by the tables themselves, whoever writes: many rows of one statement at once, and
-- a row that is changed by what its size changes.
CREATE FUNCTION count_stored_conversations() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  sign integer := CASE TG_OP WHEN 'DELETE' THEN -1 ELSE 1 END;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    UPDATE users SET stored_bytes = stored_bytes + coalesce(octet_length(NEW.title), 0)
      + coalesce(octet_length(NEW.description), 0) + coalesce(octet_length(NEW.system_prompt), 0)
      + octet_length(NEW.metadata::text) + octet_length(NEW.tags::text)
      - (coalesce(octet_length(OLD.title), 0) + coalesce(octet_length(OLD.description), 0)
      + coalesce(octet_length(OLD.system_prompt), 0) + octet_length(OLD.metadata::text) + octet_length(OLD.tags::text)),
      version = version + 1, updated_at = now()
    WHERE id = NEW.owner_id;
    RETURN NULL;
  END IF;
  UPDATE users SET stored_conversations = users.stored_conversations + sign * changed_by.rows,
    stored_bytes = users.stored_bytes + sign * changed_by.bytes,
    version = users.version + 1, updated_at = now()
  FROM (SELECT owner_id, count(*) AS rows, sum(coalesce(octet_length(title), 0)
      + coalesce(octet_length(description), 0) + coalesce(octet_length(system_prompt), 0)
      + octet_length(metadata::text) + octet_length(tags::text)) AS bytes
    FROM changed GROUP BY owner_id) AS changed_by
  WHERE users.id = changed_by.owner_id;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER conversations_stored_insert AFTER INSERT ON conversations REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION count_stored_conversations();
--> statement-breakpoint
CREATE TRIGGER conversations_stored_delete AFTER DELETE ON conversations REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION count_stored_conversations();
--> statement-breakpoint
CREATE TRIGGER conversations_stored_update AFTER UPDATE OF title, description, system_prompt, metadata, tags ON conversations FOR EACH ROW
  WHEN (NEW.title IS DISTINCT FROM OLD.title OR NEW.description IS DISTINCT FROM OLD.description
      OR NEW.system_prompt IS DISTINCT FROM OLD.system_prompt OR NEW.metadata IS DISTINCT FROM OLD.metadata
      OR NEW.tags IS DISTINCT FROM OLD.tags)
  EXECUTE FUNCTION count_stored_conversations();
--> statement-breakpoint
CREATE FUNCTION count_stored_messages() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  sign integer := CASE TG_OP WHEN 'DELETE' THEN -1 ELSE 1 END;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    UPDATE users SET stored_bytes = stored_bytes + octet_length(NEW.content) + octet_length(NEW.metadata::text)
      + coalesce(octet_length(NEW.rating_comment), 0) - (octet_length(OLD.content) + octet_length(OLD.metadata::text)
      + coalesce(octet_length(OLD.rating_comment), 0)), version = version + 1, updated_at = now()
    WHERE id = NEW.owner_id;
    RETURN NULL;
  END IF;
  UPDATE users SET stored_messages = users.stored_messages + sign * changed_by.rows,
    stored_bytes = users.stored_bytes + sign * changed_by.bytes,
    version = users.version + 1, updated_at = now()
  FROM (SELECT owner_id, count(*) AS rows, sum(octet_length(content) + octet_length(metadata::text)
      + coalesce(octet_length(rating_comment), 0)) AS bytes
    FROM changed GROUP BY owner_id) AS changed_by
  WHERE users.id = changed_by.owner_id;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER messages_stored_insert AFTER INSERT ON messages REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION count_stored_messages();
--> statement-breakpoint
CREATE TRIGGER messages_stored_delete AFTER DELETE ON messages REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION count_stored_messages();
--> statement-breakpoint
CREATE TRIGGER messages_stored_update AFTER UPDATE OF content, metadata, rating_comment ON messages FOR EACH ROW
  WHEN (NEW.content IS DISTINCT FROM OLD.content OR NEW.metadata IS DISTINCT FROM OLD.metadata
    OR NEW.rating_comment IS DISTINCT FROM OLD.rating_comment)
  EXECUTE FUNCTION count_stored_messages();
--> statement-breakpoint
CREATE FUNCTION count_stored_message_versions() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  sign integer := CASE TG_OP WHEN 'DELETE' THEN -1 ELSE 1 END;
BEGIN
  UPDATE users SET stored_bytes = users.stored_bytes + sign * changed_by.bytes,
    version = users.version + 1, updated_at = now()
  FROM (SELECT owner_id, count(*) AS rows, sum(octet_length(content)) AS bytes
    FROM changed GROUP BY owner_id) AS changed_by
  WHERE users.id = changed_by.owner_id;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER message_versions_stored_insert AFTER INSERT ON message_versions REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION count_stored_message_versions();
--> statement-breakpoint
CREATE TRIGGER message_versions_stored_delete AFTER DELETE ON message_versions REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION count_stored_message_versions();
--> statement-breakpoint
CREATE FUNCTION count_stored_notes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  sign integer := CASE TG_OP WHEN 'DELETE' THEN -1 ELSE 1 END;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    UPDATE users SET stored_bytes = stored_bytes + coalesce(octet_length(NEW.title), 0)
      + octet_length(NEW.content) + octet_length(NEW.tags::text)
      - (coalesce(octet_length(OLD.title), 0) + octet_length(OLD.content) + octet_length(OLD.tags::text)), version = version + 1, updated_at = now()
    WHERE id = NEW.owner_id;
    RETURN NULL;
  END IF;
  UPDATE users SET stored_notes = users.stored_notes + sign * changed_by.rows,
    stored_bytes = users.stored_bytes + sign * changed_by.bytes,
    version = users.version + 1, updated_at = now()
  FROM (SELECT owner_id, count(*) AS rows, sum(coalesce(octet_length(title), 0) + octet_length(content) + octet_length(tags::text)) AS bytes
    FROM changed GROUP BY owner_id) AS changed_by
  WHERE users.id = changed_by.owner_id;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER notes_stored_insert AFTER INSERT ON notes REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION count_stored_notes();
--> statement-breakpoint
CREATE TRIGGER notes_stored_delete AFTER DELETE ON notes REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION count_stored_notes();
--> statement-breakpoint
CREATE TRIGGER notes_stored_update AFTER UPDATE OF title, content, tags ON notes FOR EACH ROW
  WHEN (NEW.title IS DISTINCT FROM OLD.title OR NEW.content IS DISTINCT FROM OLD.content
      OR NEW.tags IS DISTINCT FROM OLD.tags)
  EXECUTE FUNCTION count_stored_notes();
--> statement-breakpoint
CREATE FUNCTION count_stored_system_prompts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  sign integer := CASE TG_OP WHEN 'DELETE' THEN -1 ELSE 1 END;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    UPDATE users SET stored_bytes = stored_bytes + octet_length(NEW.name) + octet_length(NEW.content)
      - (octet_length(OLD.name) + octet_length(OLD.content)), version = version + 1, updated_at = now()
    WHERE id = NEW.owner_id;
    RETURN NULL;
  END IF;
  UPDATE users SET stored_system_prompts = users.stored_system_prompts + sign * changed_by.rows,
    stored_bytes = users.stored_bytes + sign * changed_by.bytes,
    version = users.version + 1, updated_at = now()
  FROM (SELECT owner_id, count(*) AS rows, sum(octet_length(name) + octet_length(content)) AS bytes
    FROM changed GROUP BY owner_id) AS changed_by
  WHERE users.id = changed_by.owner_id;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER system_prompts_stored_insert AFTER INSERT ON system_prompts REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION count_stored_system_prompts();
--> statement-breakpoint
CREATE TRIGGER system_prompts_stored_delete AFTER DELETE ON system_prompts REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION count_stored_system_prompts();
--> statement-breakpoint
CREATE TRIGGER system_prompts_stored_update AFTER UPDATE OF name, content ON system_prompts FOR EACH ROW
  WHEN (NEW.name IS DISTINCT FROM OLD.name OR NEW.content IS DISTINCT FROM OLD.content)
  EXECUTE FUNCTION count_stored_system_prompts();
--> statement-breakpoint
CREATE FUNCTION count_stored_api_keys() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  owner text := CASE TG_OP WHEN 'DELETE' THEN OLD.owner_id ELSE NEW.owner_id END;
BEGIN
  UPDATE users SET stored_api_keys = stored_api_keys + CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END,
    version = version + 1, updated_at = now()
  WHERE id = owner;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER api_keys_stored_insert AFTER INSERT ON api_keys FOR EACH ROW EXECUTE FUNCTION count_stored_api_keys();
--> statement-breakpoint
CREATE TRIGGER api_keys_stored_revoke AFTER UPDATE OF revoked_at ON api_keys FOR EACH ROW
  WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL) EXECUTE FUNCTION count_stored_api_keys();
--> statement-breakpoint
CREATE TRIGGER api_keys_stored_delete AFTER DELETE ON api_keys FOR EACH ROW
  WHEN (OLD.revoked_at IS NULL) EXECUTE FUNCTION count_stored_api_keys();
--> statement-breakpoint
UPDATE users SET stored_conversations = present.conversations, stored_messages = present.messages,
  stored_notes = present.notes, stored_system_prompts = present.prompts, stored_api_keys = present.keys,
  stored_bytes = present.bytes
FROM (
  SELECT owner_id, coalesce(sum(rows) FILTER (WHERE kind = 'conversations'), 0) AS conversations,
    coalesce(sum(rows) FILTER (WHERE kind = 'messages'), 0) AS messages,
    coalesce(sum(rows) FILTER (WHERE kind = 'notes'), 0) AS notes,
    coalesce(sum(rows) FILTER (WHERE kind = 'system_prompts'), 0) AS prompts,
    coalesce(sum(rows) FILTER (WHERE kind = 'api_keys'), 0) AS keys, sum(bytes) AS bytes
  FROM (
    SELECT owner_id, 'conversations' AS kind, count(*) AS rows, sum(coalesce(octet_length(title), 0)
      + coalesce(octet_length(description), 0) + coalesce(octet_length(system_prompt), 0)
      + octet_length(metadata::text) + octet_length(tags::text)) AS bytes FROM conversations GROUP BY 1
    UNION ALL
    SELECT owner_id, 'messages' AS kind, count(*) AS rows, sum(octet_length(content) + octet_length(metadata::text)
      + coalesce(octet_length(rating_comment), 0)) AS bytes FROM messages GROUP BY 1
    UNION ALL
    SELECT owner_id, 'message_versions' AS kind, count(*) AS rows, sum(octet_length(content)) AS bytes FROM message_versions GROUP BY 1
    UNION ALL
    SELECT owner_id, 'notes' AS kind, count(*) AS rows, sum(coalesce(octet_length(title), 0) + octet_length(content) + octet_length(tags::text)) AS bytes FROM notes GROUP BY 1
    UNION ALL
    SELECT owner_id, 'system_prompts' AS kind, count(*) AS rows, sum(octet_length(name) + octet_length(content)) AS bytes FROM system_prompts GROUP BY 1
    UNION ALL
    SELECT owner_id, 'api_keys', count(*), 0 FROM api_keys WHERE revoked_at IS NULL GROUP BY 1) AS counted
  GROUP BY owner_id) AS present
WHERE users.id = present.owner_id;
--> statement-breakpoint
-- Until `migrate` has written the settings.
INSERT INTO storage_limits (conversations, messages, notes, system_prompts, api_keys, bytes) VALUES (0, 0, 0, 0, 0, 0);
