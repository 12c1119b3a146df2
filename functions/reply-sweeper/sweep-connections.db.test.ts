import { createCache } from "@parley/cache/create-cache";
import { openConnection } from "@parley/data/connections";
import { newId } from "@parley/data/ids";
import { openScene, type Scene } from "@parley/data/testing/scene.fixture";
import type { ReplyQueue } from "@parley/jobs/reply-queue";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sweep } from "./sweep.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());

test("connections whose time is over are closed as well as forgotten, and others are not", async () => {
  const [ada, eve] = [await scene.person(), await scene.person()];
  const listen = async (ownerId: string) => {
    const connectionId = newId();
    const connection = { ownerId, connectionId, apiKeyHash: undefined, expiresAt: undefined };
    await openConnection(scene.database, connection);
    return connectionId;
  };
  const over = [await listen(ada.id), await listen(eve.id)];
  await scene.rows("update connections set expires_at = now() - interval '1 s'");
  const lasting = await listen(eve.id);
  const closed: string[] = [];
  const dependencies = {
    database: scene.database,
    cache: createCache({ cacheName: "none" }),
    // There is no reply to send a job for.
    queue: {} as ReplyQueue,
    retentionDays: 0,
    realtime: {
      announce: async () => {},
      disconnect: async (ids: readonly string[]) => void closed.push(...ids),
    },
  };
  expect(await sweep(dependencies, "q")).toMatchObject({ purgedConnections: 2 });
  expect(closed.toSorted()).toEqual(over.toSorted());
  expect(await scene.rows("select id from connections")).toEqual([{ id: lasting }]);
});
