import type { StoredInvariant } from "./stored-invariants.ts";

/** Where the day's budget is told of everything that was sent: replies are never erased here. */
export const spendingInvariants: readonly StoredInvariant[] = [
  {
    number: 17,
    breach: "a day's budget that is not the sum of what its replies cost and hold",
    query: `select day::text as id, sum(spent) || ' spent, ' || sum(held) || ' held too much' as detail from (
        select day, spent, held from spending_days
        union all
        select (r.created_at at time zone 'UTC')::date,
          case when finished_at is null then 0
            else -cost_of(r, coalesce(input_tokens, 0) + failed_input_tokens, output_tokens) end,
          case when finished_at is null then -cost_of(r, expected_input_tokens, max_output_tokens) else 0 end
        from replies r where cost_input + cost_output > 0) as counted
      group by day having sum(spent) <> 0 or sum(held) <> 0`,
  },
];
