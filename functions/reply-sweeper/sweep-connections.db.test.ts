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
  const listen = async (ownerId: string, expiresAt: number) => {
    const connectionId = newId();
    await openConnection(scene.database, { ownerId, connectionId, apiKeyHash: undefined, expiresAt });
    return connectionId;
  };
  const now = Date.now() / 1000;
  const over = [await listen(ada.id, now - 10), await listen(eve.id, now - 1)];
  const lasting = await listen(eve.id, now + 600);
  const closed: string[] = [];
  const dependencies = {
    database: scene.database,
    cache: createCache({ cacheName: "none" }),
    // There is no reply to send a job for.
    queue: {} as ReplyQueue,
    realtime: {
      announce: async () => {},
      disconnect: async (ids: readonly string[]) => void closed.push(...ids),
    },
  };
  expect(await sweep(dependencies, "q")).toMatchObject({ purgedConnections: 2 });
  expect(closed.toSorted()).toEqual(over.toSorted());
  expect(await scene.rows("select id from connections")).toEqual([{ id: lasting }]);
});
