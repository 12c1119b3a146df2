import type { Database } from "@parley/data/database";
import type { StoredInvariant } from "./stored-invariants.ts";

export const purchaseLog = [
  `create table if not exists chaos_purchases (
    n bigserial primary key, at timestamptz not null default clock_timestamp(), reply_id text not null,
    response_id text not null)`,
  `create or replace function chaos_log_purchase() returns trigger language plpgsql as $$
  begin
    insert into chaos_purchases (reply_id, response_id) values (new.reply_id, new.response_id);
    return null;
  end $$`,
  // The database of an earlier release has no such table.
  `do $$ begin
    if to_regclass('stored_responses') is not null then
      create or replace trigger chaos_purchases after insert on stored_responses
        for each row execute function chaos_log_purchase();
    end if;
  end $$`,
];

export async function countPurchases(database: Database): Promise<number> {
  const counted = await database.run(async ({ orm }) =>
    orm.execute<{ count: number }>("select count(*)::int as count from chaos_purchases"),
  );
  return counted[0]?.count ?? 0;
}

/** Where providers lose nothing of what they have stored. */
export const purchaseInvariants: readonly StoredInvariant[] = [
  {
    number: 18,
    breach: "an answer bought by an attempt that began when another one was written down",
    query: `select later.reply_id as id, earlier.response_id || ' and ' || later.response_id as detail
      from chaos_purchases as later join chaos_purchases as earlier
        on earlier.reply_id = later.reply_id and earlier.n < later.n
      where earlier.at < (select max(l.at) from chaos_log l where l.reply_id = later.reply_id and l.at < later.at
        and l.attempt is distinct from l.old_attempt)`,
  },
];
