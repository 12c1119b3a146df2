import { createCache } from "@parley/cache/create-cache";
import { openConnection } from "@parley/data/connections";
import { restoreConversation } from "@parley/data/conversations";
import { expireConversations, purgeConversations } from "@parley/data/expired-conversations";
import { openScene, type Scene } from "@parley/data/testing/scene.fixture";
import type { ReplyQueue } from "@parley/jobs/reply-queue";
import { conversationEvent, type ReplyNews } from "@parley/realtime/reply-events";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sweep } from "./sweep.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());

const told: ReplyNews[] = [];

const sweepKeeping = (retentionDays: number) =>
  sweep(
    {
      database: scene.database,
      cache: createCache({ cacheName: "none" }),
      // There is no reply to send a job for.
      queue: { enqueueReply: async () => false } as unknown as ReplyQueue,
      realtime: { announce: async (news) => void told.push(news), disconnect: async () => {} },
      retentionDays,
    },
    "q",
  );

/** A conversation that was changed so many days ago. */
async function conversation(ownerId: string, id: string, days: number, expiresInDays: number | null) {
  await scene.rows(`insert into conversations (id, owner_id, next_position, expires_in_days, updated_at)
    values ('${id}', '${ownerId}', 2, ${expiresInDays}, now() - interval '${days} days')`);
  await scene.rows(`insert into messages (id, owner_id, conversation_id, position, role, content)
    values ('${id}', '${ownerId}', '${id}', 1, 'user', 'Hello')`);
}

const left = async (ownerId: string) => {
  const rows = await scene.rows<{ id: string }>(
    `select conversation_id as id from messages where owner_id = '${ownerId}' order by 1`,
  );
  return rows.map(({ id }) => id);
};

test("a conversation is erased as long after its last change as it says, or as the deployment keeps any", async () => {
  const [ada, eve] = [await scene.person(), await scene.person()];
  for (const { id } of [ada, eve]) {
    await conversation(id, `new-${id}`, 0.9, 1);
    await conversation(id, `over-${id}`, 1.1, 1);
    await conversation(id, `old-${id}`, 40, null);
    await conversation(id, `long-${id}`, 40, 90);
  }
  const kept = (id: string) => [`long-${id}`, `new-${id}`, `old-${id}`];
  expect(await sweepKeeping(0)).toMatchObject({ expiredConversations: 2, purgedConversations: 2 });
  for (const { id } of [ada, eve]) expect(await left(id)).toEqual(kept(id));
  // One that is being answered waits for the end of that.
  await ada.send({ conversationId: `old-${ada.id}` });
  await scene.rows(
    `update conversations set updated_at = now() - interval '40 days' where id = 'old-${ada.id}'`,
  );
  expect(await sweepKeeping(30)).toMatchObject({ expiredConversations: 3 });
  expect(new Set(await left(ada.id))).toEqual(new Set([`new-${ada.id}`, `old-${ada.id}`]));
  expect(await left(eve.id)).toEqual([`new-${eve.id}`]);
  expect(await sweepKeeping(30)).toMatchObject({ expiredConversations: 0, purgedConversations: 0 });
});

test("a long one is out of reach at once, and erased in steps of some thousand messages", async () => {
  const ada = await scene.person();
  await conversation(ada.id, "endless", 2, 1);
  await scene.rows(`insert into messages (id, owner_id, conversation_id, position, role, content, reply_to)
    select 'm' || n, '${ada.id}', 'endless', n, 'user', 'Hello', case when n = 2 then 'endless' else 'm' || (n - 1) end
    from generate_series(2, 4500) as n`);
  expect(await expireConversations(scene.database, 0, 100)).toMatchObject([{ id: "endless" }]);
  expect(await restoreConversation(scene.database, ada.id, "endless")).toBe("gone");
  const steps = [];
  for (let hasMore = true; hasMore; ) {
    const purged = await purgeConversations(scene.database, 100);
    ({ hasMore } = purged);
    steps.push([purged.conversations, (await left(ada.id)).length]);
  }
  expect(steps).toEqual([
    [0, 2500],
    [0, 500],
    [1, 0],
  ]);
});

test("who is listening is warned a day before, at every sweep, and told of the end; nobody else is", async () => {
  const [ada, eve] = [await scene.person(), await scene.person()];
  const connectionId = `${ada.id}=`;
  const expiresAt = Date.now() / 1000 + 600;
  await openConnection(scene.database, { ownerId: ada.id, connectionId, apiKeyHash: undefined, expiresAt });
  for (const { id } of [ada, eve]) {
    await conversation(id, `later-${id}`, 5.9, 7);
    await conversation(id, `soon-${id}`, 6.5, 7);
    await conversation(id, `kept-${id}`, 6.5, null);
  }
  const heard = async (retentionDays: number) => {
    told.length = 0;
    await sweepKeeping(retentionDays);
    return told
      .filter(({ ownerId }) => [ada.id, eve.id].includes(ownerId))
      .map((news) => [news.connectionIds, news.conversation && conversationEvent(news.conversation)]);
  };
  const event = (name: string) => [
    [connectionId],
    expect.objectContaining({ conversationId: `${name}-${ada.id}`, status: "active" }),
  ];
  expect(await heard(0)).toEqual([event("soon")]);
  const [warned] = await heard(0);
  const left = Date.parse(Object(warned?.[1]).expiresAt) - Date.now();
  expect(left / 3_600_000).toBeCloseTo(12, 1);
  const both = await heard(7);
  expect(both).toHaveLength(2);
  expect(both).toEqual(expect.arrayContaining([event("soon"), event("kept")]));
  await scene.rows(
    `update conversations set updated_at = now() - interval '8 days' where id = 'soon-${ada.id}'`,
  );
  const gone = expect.objectContaining({
    conversationId: `soon-${ada.id}`,
    status: "deleted",
    expiresAt: null,
  });
  expect(await heard(0)).toEqual([[[connectionId], gone]]);
});
