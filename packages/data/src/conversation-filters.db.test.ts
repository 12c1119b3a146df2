import { afterAll, beforeAll, expect, test } from "vitest";
import { type ConversationFilter, countConversations, listConversations } from "./conversations.ts";
import { openScene, type Person, type Scene } from "./testing/scene.fixture.ts";

let scene: Scene;
let ada: Person;
let eve: Person;
beforeAll(async () => {
  scene = await openScene();
  [ada, eve] = [await scene.person(), await scene.person()];
  for (const { id } of [ada, eve]) {
    await scene.rows(`delete from conversations where owner_id = '${id}'`);
    await scene.rows(`insert into conversations (id, owner_id, model, created_at, updated_at) values
      ('old', '${id}', 'scripted/echo', '2026-01-01T00:00:00Z', '2026-03-01T00:00:00Z'),
      ('new', '${id}', 'scripted/demo', '2026-02-01T00:00:00Z', '2026-02-01T00:00:00.000001Z'),
      ('plain', '${id}', null, '2026-02-02T00:00:00Z', '2026-02-02T00:00:00Z')`);
    await scene.rows(`update conversations set tags = '["caf\u00e9", "b"]', metadata = '{"a": "b=c", "n": 3}'
      where owner_id = '${id}' and id = 'new'`);
    await scene.rows(`update conversations set tags = '["b"]', metadata = '{"a=b": "c", "n": 3, "yes": true}'
      where owner_id = '${id}' and id = 'old'`);
  }
});
afterAll(() => scene.close());

const february = { from: "2026-02-01T00:00:00Z", to: "2026-02-02T00:00Z" };

test.each<[string, Partial<ConversationFilter>, string[]]>([
  ["a model", { model: "scripted/echo" }, ["old"]],
  ["a model that is only the default of some", { model: "scripted/other" }, []],
  ["changes within a time, its end excluded", february, ["new"]],
  ["changes since", { from: "2026-02-02T00:00:00Z" }, ["old", "plain"]],
  ["creations within a time, its beginning included", { ...february, sort: "createdAt" }, ["new"]],
  ["creations before", { to: "2026-02-01T00:00:00Z", sort: "createdAt" }, ["old"]],
  ["a tag, however its accents are encoded", { tag: "cafe\u0301" }, ["new"]],
  ["a tag of several", { tag: "b" }, ["old", "new"]],
  ["a part of a tag", { tag: "caf" }, []],
  ["a value of the metadata, told from what reads alike", { metadata: { a: "b=c" } }, ["new"]],
  ["a key with a sign", { metadata: { "a=b": "c" } }, ["old"]],
  ["a number", { metadata: { n: "3" } }, ["old", "new"]],
  ["several values", { metadata: { n: "3", yes: "true" } }, ["old"]],
  ["a tag and a value", { tag: "b", metadata: { a: "b=c" } }, ["new"]],
  ["all of these", { ...february, model: "scripted/echo", sort: "createdAt" }, []],
])("conversations are filtered by %s, and only the caller's", async (_name, change, ids) => {
  const filter = { sort: "updatedAt" as const, ...change };
  const rows = await listConversations(scene.database, ada.id, { ...filter, order: "desc", limit: 10 });
  expect(rows.map(({ ownerId, id }) => [ownerId, id])).toEqual(ids.map((id) => [ada.id, id]));
  expect(await countConversations(scene.database, ada.id, filter)).toBe(ids.length);
});

test("a rare tag is found by its index, whatever else its owner has", async () => {
  const { id } = await scene.person();
  await scene.rows(`insert into conversations (id, owner_id, tags)
    select 'c' || n, '${id}', case when n % 10000 = 7 then '["rare"]' else '["common"]' end::jsonb
    from generate_series(1, 20000) as n`);
  await scene.rows("analyze conversations");
  const [plan] = await scene.rows(`explain (format json) select id from conversations where owner_id = '${id}'
    and (tags <> '[]'::jsonb or metadata <> '{}'::jsonb)
    and conversation_labels(owner_id, tags, metadata) @> conversation_labels('${id}', '["rare"]', '{}')
    order by updated_at desc, id desc limit 21`);
  expect(JSON.stringify(plan)).toContain("conversations_labels");
  const filter = { sort: "updatedAt", tag: "rare" } as const;
  const rows = await listConversations(scene.database, id, { ...filter, order: "desc", limit: 10 });
  expect(rows.map((row) => row.id).toSorted()).toEqual(["c10007", "c7"]);
});
