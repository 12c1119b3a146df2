import { listRepliesByStatus } from "@parley/data/admin-replies";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findBreaches } from "../invariants/check.ts";
import { createClient } from "../world/client.ts";
import { rest, workOnce } from "../world/work.ts";
import { openCorner, openWorld, type World } from "../world/world.ts";

let world: World;

beforeAll(async () => {
  world = await openWorld();
});

afterAll(() => world.close());

it("fails the reply of a job that never works, with a reason, and lists it", async () => {
  const corner = await openCorner(world);
  const client = createClient(corner);
  const conversationId = await client.createConversation();
  const asked = await client.ask(corner.healthy, conversationId);
  // A worker whose database is never there: the job comes back until it is a dead letter.
  const [job] = corner.queue.bodies();
  corner.queue.clear();
  corner.queue.put(job ?? "");
  // As often, but sooner than it backs off.
  const { returnIn } = corner.queue;
  corner.queue.returnIn = async (ids) => returnIn(ids, 8);
  for (let receives = 0; receives < 5; receives++) {
    await workOnce(corner, corner.environment({ call: 1, when: "before", how: "cut" }));
    await new Promise((resolve) => setTimeout(resolve, 1_650));
  }
  await workOnce(corner, corner.healthy);
  expect(await client.poll(corner.healthy, asked?.replyId ?? "")).toBe("failed");
  const listed = await listRepliesByStatus(world.database, { status: "failed", order: "desc", limit: 20 });
  expect(listed.map(({ id, errorCode }) => [id, errorCode])).toEqual([[asked?.replyId, "internal"]]);
  expect(corner.queue.bodies()).toEqual([]);

  const next = await client.ask(corner.healthy, conversationId);
  await rest(corner);
  expect(await client.poll(corner.healthy, next?.replyId ?? "")).toBe("completed");
  expect(await findBreaches(world.database, world.told)).toEqual([]);
  await corner.close();
});
