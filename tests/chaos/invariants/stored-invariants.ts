import { inFlightInvariants } from "./in-flight.ts";
import { purchaseInvariants } from "./purchases.ts";
import { spendingInvariants } from "./spending.ts";

/** A statement about the database: its rows are what breaks it. */
export interface StoredInvariant {
  /** Its number in reply-pipeline.md. */
  readonly number: number;
  readonly breach: string;
  /** Gives rows of `id` (what breaks it) and `detail`. */
  readonly query: string;
}

/** Text that the reply had before it ended. */
const lastText = `coalesce((select l.partial_text from chaos_log l where l.reply_id = r.id
  and l.status in ('queued', 'in_progress') order by l.n desc limit 1), '')`;

/** Its text may have been discarded: with the question, or by a rollback that left a question with another answer. */
const isDiscarded = `exists (select from messages q where q.owner_id = r.owner_id and q.id = r.message_id
  and (q.is_deleted or q.reply_id <> r.id or exists (select from messages a where a.owner_id = q.owner_id
    and a.reply_to = q.id and a.role = 'assistant')))`;

const ended = "('completed', 'incomplete', 'failed', 'cancelled')";

/** Once everything has come to rest, none of these has a row. `chaos_log` is of `logReplyChanges`. */
export const storedInvariants: readonly StoredInvariant[] = [
  {
    number: 1,
    breach: "a user message without a reply",
    query: `select m.id, m.position::text as detail from messages m where m.role = 'user'
      and not exists (select from replies r where r.owner_id = m.owner_id and r.message_id = m.id)`,
  },
  {
    number: 1,
    breach: "a reply to what is no user message",
    query: `select r.id, m.role as detail from replies r left join messages m
      on m.owner_id = r.owner_id and m.id = r.message_id where m.role is distinct from 'user'`,
  },
  {
    number: 2,
    breach: "a reply that never ended",
    query: `select id, status || ' attempt ' || attempt as detail from replies where finished_at is null`,
  },
  {
    number: 2,
    breach: "a reply that ended more than 120 s after its deadline",
    query: `select id, (finished_at - deadline_at)::text as detail from replies
      where finished_at > deadline_at + interval '120 seconds'`,
  },
  {
    number: 2,
    breach: "a dead worker's reply that nobody took for 120 s",
    query: `select reply_id as id, (next_at - leased_until)::text as detail from (
        select reply_id, status, leased_until, lead(at) over (partition by reply_id order by n) as next_at
        from chaos_log) as step
      where status = 'in_progress' and next_at > leased_until + interval '120 seconds'`,
  },
  {
    number: 3,
    breach: "an answer where there should be none, or none or two where there should be one",
    query: `select r.id, r.status || ' has ' || count(m.id) as detail from replies r
      left join messages m on m.owner_id = r.owner_id and m.reply_id = r.id and m.role = 'assistant'
      group by r.owner_id, r.id
      having count(m.id) <> case when r.status in ('completed', 'incomplete') then 1
          when r.status = 'cancelled' and ${lastText} ~ '\\S' and not (count(m.id) = 0 and ${isDiscarded}) then 1
          else 0 end
        or min(m.id) is distinct from r.assistant_message_id`,
  },
  {
    number: 3,
    breach: "an answer that is not one whole answer of the model",
    query: `select r.id, right(m.content, 40) as detail from replies r
      join messages m on m.owner_id = r.owner_id and m.id = r.assistant_message_id
      where m.content like 'c%|%' and not m.is_edited and (r.status = 'completed'
        and m.content !~ ('\\|' || split_part(m.content, '|', 1) || '$')
        or length(m.content) - length(replace(m.content, '|', '')) > 2)`,
  },
  {
    number: 4,
    breach: "a terminal reply that changed",
    query: `select reply_id as id, old_status || ' to ' || status as detail from chaos_log
      where was_finished and ending_changed`,
  },
  {
    number: 5,
    breach: "a balance or hold that the ledger does not explain",
    query: `select u.id, u.token_balance || ' held ' || u.tokens_held as detail
      from users u left join token_ledger l on l.owner_id = u.id group by u.id
      having u.token_balance <> coalesce(sum(case kind when 'grant' then amount when 'debit' then -amount end), 0)
        or u.tokens_held <> coalesce(sum(case kind when 'hold' then amount when 'debit' then -amount
          when 'release' then -amount end), 0)
        or u.tokens_held < 0 or u.tokens_held > u.token_balance`,
  },
  {
    number: 5,
    breach: "tokens held for nothing",
    query: `select u.id, u.tokens_held::text as detail from users u where u.tokens_held <>
      coalesce((select sum(r.tokens_held) from replies r where r.owner_id = u.id and r.finished_at is null), 0)`,
  },
  {
    number: 6,
    breach: "a reply charged that owes nothing, not charged, or charged twice",
    query: `select r.id, r.status || ' debits ' || count(l.id) || ' of ' || coalesce(sum(l.amount), 0) as detail
      from replies r left join token_ledger l on l.reply_id = r.id and l.kind = 'debit'
      group by r.owner_id, r.id
      having count(l.id) <> case when r.status in ('completed', 'incomplete')
          or (r.status = 'cancelled' and r.attempt > 0)
          -- Of a metered model that read and wrote nothing nothing is owed.
          then case when r.price_flat is null and r.tokens_charged = 0 then 0 else 1 end else 0 end
        or coalesce(sum(l.amount), 0) <> r.tokens_charged`,
  },
  {
    number: 6,
    breach: "an answer of a metered model that is not charged for what it used",
    query: `select id, tokens_charged || ' for ' || input_tokens || ' and ' || output_tokens as detail from replies
      where status in ('completed', 'incomplete') and price_flat is null and tokens_charged <> least(tokens_held,
        ceil((input_tokens * price_input + output_tokens * price_output) / 1000))`,
  },
  {
    number: 6,
    breach: "a hold that was not settled exactly once",
    query: `select r.id, r.status || ' ' || coalesce(string_agg(l.kind || l.amount, ' '), 'nothing') as detail
      from replies r left join token_ledger l on l.reply_id = r.id
      group by r.owner_id, r.id
      having coalesce(sum(case when l.kind = 'hold' then l.amount end), 0) <> r.tokens_held
        or coalesce(sum(case when l.kind in ('debit', 'release') then l.amount end), 0)
          <> case when r.status in ${ended} then r.tokens_held else 0 end`,
  },
  {
    number: 6,
    breach: "usage that is not the sum of the replies that have ended",
    query: `select owner_id as id, day || ' ' || model as detail from (
        select owner_id, day::text, model, replies, input_tokens, output_tokens, tokens_charged from usage_days
        union all
        select owner_id, (finished_at at time zone 'UTC')::date::text, model, -count(*),
          -sum(coalesce(input_tokens, 0) + failed_input_tokens),
          -coalesce(sum(output_tokens), 0), -sum(tokens_charged)
        from replies where finished_at is not null group by 1, 2, 3) as counted
      group by owner_id, day, model
      having sum(replies) <> 0 or sum(input_tokens) <> 0 or sum(output_tokens) <> 0 or sum(tokens_charged) <> 0`,
  },
  {
    number: 9,
    breach: "a user whose stored messages or bytes are miscounted",
    query: `select u.id, stored_messages || ' messages, ' || stored_bytes || ' bytes' as detail from users u
      left join (
        select owner_id, 1 as messages, octet_length(content) + octet_length(metadata::text)
          + coalesce(octet_length(rating_comment), 0) as bytes from messages
        union all select owner_id, 0, octet_length(content) from message_versions
        union all select owner_id, 0, octet_length(name) + octet_length(content) from system_prompts
        union all select owner_id, 0, coalesce(octet_length(title), 0) + octet_length(content) + octet_length(tags::text)
          from notes
        union all select owner_id, 0, coalesce(octet_length(title), 0) + coalesce(octet_length(description), 0)
          + coalesce(octet_length(system_prompt), 0) + octet_length(metadata::text) + octet_length(tags::text)
          from conversations) as size
      on size.owner_id = u.id group by u.id
      having stored_messages <> coalesce(sum(messages), 0) or stored_bytes <> coalesce(sum(bytes), 0)`,
  },
  {
    number: 8,
    breach: "text of one call of the model under two attempts",
    query: `select reply_id as id, call || ' in attempts ' || min(attempt) || ' to ' || max(attempt) as detail
      from (select reply_id, attempt, split_part(partial_text, '|', 1) as call from chaos_log
        where partial_text like 'c%|%') as written
      group by reply_id, call having count(distinct attempt) > 1`,
  },
  {
    number: 8,
    breach: "text of two calls of the model under one attempt",
    query: `select reply_id as id, 'attempt ' || attempt as detail
      from (select reply_id, attempt, split_part(partial_text, '|', 1) as call from chaos_log
        where partial_text like 'c%|%') as written
      group by reply_id, attempt having count(distinct call) > 1`,
  },
  {
    number: 8,
    breach: "an answer of another call than its attempt's",
    query: `select r.id, left(m.content, 10) || ' but ' || min(l.call) as detail from replies r
      join messages m on m.owner_id = r.owner_id and m.id = r.assistant_message_id
      join (select reply_id, attempt, split_part(partial_text, '|', 1) as call from chaos_log
        where partial_text like 'c%|%') as l on l.reply_id = r.id and l.attempt = r.attempt
      where m.content like 'c%|%' and not m.is_edited and l.call <> split_part(m.content, '|', 1)
      group by r.id, m.content`,
  },
  {
    number: 8,
    breach: "an attempt that went back, or one in two hands",
    query: `select reply_id as id, old_attempt || ' to ' || attempt || ' from ' || old_status as detail from chaos_log
      where attempt < old_attempt
        or (old_status = 'queued' and status = 'in_progress' and attempt <> old_attempt + 1)`,
  },
  {
    number: 9,
    breach: "replies that ended out of order",
    query: `select id, status || ' before an earlier one' as detail from (
        select id, status, finished_at,
          max(finished_at) over (partition by owner_id, conversation_id order by ordinal
            rows between unbounded preceding and 1 preceding) as earlier
        from replies where status <> 'cancelled' and error_code is distinct from 'internal') as ordered
      where finished_at < earlier`,
  },
  {
    number: 9,
    breach: "two active messages in one place",
    query: `select min(id) as id, conversation_id || ' position ' || position as detail from messages
      where is_active group by owner_id, conversation_id, position having count(*) > 1`,
  },
  {
    number: 9,
    breach: "an answer that is not right behind its question",
    query: `select a.id, q.position || ' then ' || a.position as detail from messages a
      join replies r on r.owner_id = a.owner_id and r.assistant_message_id = a.id
      join messages q on q.owner_id = r.owner_id and q.id = r.message_id
      where a.position <> q.position + 1 or a.position <> r.position`,
  },
  {
    number: 9,
    breach: "a gap that no reply explains",
    query: `select c.id, 'position ' || place as detail from conversations c
      cross join lateral generate_series(1, c.next_position - 1) as place
      where not exists (select from messages m where m.owner_id = c.owner_id and m.conversation_id = c.id
          and m.position = place and m.is_active)
        and not exists (select from replies r where r.owner_id = c.owner_id and r.conversation_id = c.id
          and r.position = place)`,
  },
  {
    number: 9,
    breach: "a conversation that miscounts its messages",
    query: `select c.id, c.message_count || ' of ' || count(m.id) as detail from conversations c
      left join messages m on m.owner_id = c.owner_id and m.conversation_id = c.id and m.is_active
        and not m.is_deleted
      group by c.owner_id, c.id having c.message_count <> count(m.id)`,
  },
  {
    number: 11,
    breach: "rows of two owners that hang together",
    query: `select r.id, 'reply, message, conversation' as detail from replies r
        join messages m on m.id = r.message_id
        join conversations c on c.id = r.conversation_id
        where m.owner_id <> r.owner_id or c.owner_id <> r.owner_id or m.conversation_id <> r.conversation_id
      union all
      select m.id, 'message and conversation' from messages m join conversations c on c.id = m.conversation_id
        where c.owner_id <> m.owner_id
      union all
      select l.id, 'ledger and reply' from token_ledger l join replies r on r.id = l.reply_id
        where l.owner_id <> r.owner_id`,
  },
  ...inFlightInvariants,
  ...purchaseInvariants,
  ...spendingInvariants,
];
