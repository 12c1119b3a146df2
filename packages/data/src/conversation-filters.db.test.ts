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
  ["all of these", { ...february, model: "scripted/echo", sort: "createdAt" }, []],
])("conversations are filtered by %s, and only the caller's", async (_name, change, ids) => {
  const filter = { sort: "updatedAt" as const, ...change };
  const rows = await listConversations(scene.database, ada.id, { ...filter, order: "desc", limit: 10 });
  expect(rows.map(({ ownerId, id }) => [ownerId, id])).toEqual(ids.map((id) => [ada.id, id]));
  expect(await countConversations(scene.database, ada.id, filter)).toBe(ids.length);
});
