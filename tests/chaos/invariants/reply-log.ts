import type { Database } from "@parley/data/database";
import { purchaseLog } from "./purchases.ts";

const statements = [
  `create table if not exists chaos_log (
    n bigserial primary key, at timestamptz not null default clock_timestamp(), backend integer not null,
    reply_id text not null, conversation_id text not null, ordinal integer not null,
    old_status text, old_attempt integer, was_finished boolean not null,
    status text not null, attempt integer not null, partial_text text not null, leased_until timestamptz,
    ending_changed boolean not null)`,
  `create or replace function chaos_log_reply() returns trigger language plpgsql as $$
  begin
    insert into chaos_log (backend, reply_id, conversation_id, ordinal, old_status, old_attempt, was_finished,
      status, attempt, partial_text, leased_until, ending_changed)
    values (pg_backend_pid(), new.id, new.conversation_id, new.ordinal, old.status, old.attempt,
      coalesce(old.finished_at is not null, false), new.status, new.attempt, new.partial_text, new.leased_until,
      (old.status, old.assistant_message_id, old.tokens_charged, old.finished_at, old.error_code, old.partial_text)
        is distinct from
      (new.status, new.assistant_message_id, new.tokens_charged, new.finished_at, new.error_code, new.partial_text));
    return null;
  end $$`,
  "drop trigger if exists chaos_log on replies",
  "create trigger chaos_log after insert or update on replies for each row execute function chaos_log_reply()",
  "create index if not exists chaos_log_reply on chaos_log (reply_id, n)",
];

/** Has the database itself write down every change of a reply and every purchase, whoever makes it. */
export async function logReplyChanges(database: Database): Promise<void> {
  for (const statement of [...statements, ...purchaseLog])
    await database.run(async ({ orm }) => orm.execute(statement));
}
