import { afterAll, beforeAll, expect, test } from "vitest";
import { purgeConversations } from "./expired-conversations.ts";
import { openScene, type Scene } from "./testing/scene.fixture.ts";

let scene: Scene;

/** Of two owners, each with many conversations: what a scan of one conversation's messages must not read. */
const conversations = 400;
const messagesEach = 50;

beforeAll(async () => {
  scene = await openScene();
  for (const owner of ["ada", "eve"]) {
    await scene.rows(`insert into users (id, cognito_sub) values ('${owner}', '${owner}')`);
    await scene.rows(`insert into conversations (id, owner_id)
      select '${owner}-' || n, '${owner}' from generate_series(1, ${conversations}) as n`);
    await scene.rows(`insert into messages (id, owner_id, conversation_id, position, role, content)
      select md5('${owner}' || n), '${owner}', '${owner}-' || (n % ${conversations} + 1), n / ${conversations}, 'user', 'Hello'
      from generate_series(1, ${conversations * messagesEach}) as n`);
  }
  await scene.rows("analyze");
});
afterAll(() => scene.close());

// The statements of foreign keys are not shown by EXPLAIN; they are these.
test.each(["conversation_id = 'ada-7'", "reply_to = 'm'"])(
  "messages where %s are found by an index",
  async (condition) => {
    const [plan] = await scene.rows<{ "QUERY PLAN": { Plan: Plan }[] }>(
      `explain (format json) delete from only messages where owner_id = 'ada' and ${condition}`,
    );
    const scans = scansOf(plan?.["QUERY PLAN"][0]?.Plan);
    expect(scans.map((scan) => scan["Node Type"])).not.toContain("Seq Scan");
    // With the owner alone in it, it would read everything of theirs.
    for (const scan of scans) expect(scan["Index Cond"]).toContain(condition.split(" ")[0]);
  },
);

interface Plan {
  "Node Type": string;
  "Index Cond"?: string;
  Plans?: Plan[];
}

function scansOf(plan: Plan | undefined): Plan[] {
  if (plan === undefined) return [];
  const below = (plan.Plans ?? []).flatMap(scansOf);
  return "Index Cond" in plan || plan["Node Type"].endsWith("Seq Scan") ? [plan, ...below] : below;
}

test("every foreign key has an index that its own statements can use", async () => {
  const without = await scene.rows(`
    select c.conrelid::regclass::text as table, c.conname as key from pg_constraint as c
    where c.contype = 'f' and not exists (
      select from pg_index as i where i.indrelid = c.conrelid
        and (i.indpred is null or pg_get_expr(i.indpred, i.indrelid) ~ '^\\(\\w+ IS NOT NULL\\)$')
        and (string_to_array(i.indkey::text, ' ')::int2[])[1:cardinality(c.conkey)] @> c.conkey)`);
  expect(without).toEqual([]);
});

test("a purge of conversations reads a small part of their owner's messages, and none of another's", async () => {
  await scene.rows(`update conversations set deleted_at = now() - interval '40 days'
    where id in ('ada-1', 'ada-2', 'ada-3')`);
  const read = async () => {
    await scene.rows("select pg_stat_force_next_flush()");
    const [row] = await scene.rows<{ rows: number }>(
      "select (idx_tup_fetch + seq_tup_read)::integer as rows from pg_stat_user_tables where relname = 'messages'",
    );
    return row?.rows ?? 0;
  };
  const before = await read();
  expect(await purgeConversations(scene.database, 100)).toEqual({ conversations: 3, hasMore: false });
  const deleted = 3 * messagesEach;
  expect((await read()) - before).toBeLessThan(4 * deleted);
  const left = await scene.rows(
    "select count(*)::integer as count from messages group by owner_id order by owner_id",
  );
  expect(left).toEqual([
    { count: conversations * messagesEach - deleted },
    { count: conversations * messagesEach },
  ]);
});
