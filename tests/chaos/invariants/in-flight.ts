import type { StoredInvariant } from "./stored-invariants.ts";

/** What a user may have in flight where chaos is: little, so that it is met. */
export const inFlight = { running: 2, waiting: 20 };

/**
 * What was logged, with how many of the owner's replies were unfinished and how many had been claimed then. Claims, sends
 * and endings of one user are logged in the order of their commits.
 */
const log = `log as materialized (
  select step.n, step.at, step.reply_id, step.old_status, step.status, step.leased_until, conversation.owner_id,
    lead(step.n) over (partition by step.reply_id order by step.n) as next_n,
    sum(case when old_status is null then 1 when step.status in ('queued', 'in_progress') or was_finished then 0
      else -1 end) over of_owner as unfinished,
    sum(case when old_status = 'queued' and step.status = 'in_progress' then 1
      when old_status = 'in_progress' and step.status <> 'in_progress' then -1 else 0 end) over of_owner as claimed
  from chaos_log step join conversations conversation on conversation.id = step.conversation_id
  window of_owner as (partition by conversation.owner_id order by step.n))`;

/** Where a user has no more in flight than `inFlight`. */
export const inFlightInvariants: readonly StoredInvariant[] = [
  {
    number: 17,
    breach: "a reply claimed while as many of its owner's ran as may",
    // One whose lease is over no longer counts.
    query: `with ${log} select reply_id as id, running || ' ran' as detail from log as claim
      cross join lateral (select count(*) as running from log as other
        where other.owner_id = claim.owner_id and other.reply_id <> claim.reply_id and other.n < claim.n
          and coalesce(other.next_n > claim.n, true) and other.status = 'in_progress'
          and other.leased_until > claim.at) as besides
      where old_status = 'queued' and status = 'in_progress' and claimed > ${inFlight.running}
        and running >= ${inFlight.running}`,
  },
  {
    number: 17,
    breach: "a reply accepted while as many of its owner's were unfinished as may",
    query: `with ${log} select reply_id as id, unfinished || ' unfinished' as detail from log
      where old_status is null and unfinished > ${inFlight.running + inFlight.waiting}`,
  },
];
