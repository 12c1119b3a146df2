import { afterAll, beforeAll, expect, test } from "vitest";
import { leavePollWait, takePollWait } from "./poll-waits.ts";
import { openScene, type Scene } from "./testing/scene.fixture.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());

const take = (ownerId: string, seconds = 20) =>
  takePollWait(scene.database, ownerId, { seconds, maximum: 3 });

test("of a user's polls so many wait as may, however many come at once, and another's are not in their way", async () => {
  const [ada, eve] = [await scene.person(), await scene.person()];
  const places = await Promise.all(Array.from({ length: 8 }, () => take(ada.id)));
  const taken = places.filter((each) => each !== undefined);
  expect(taken).toHaveLength(3);
  expect(await take(eve.id)).toBeTypeOf("number");
  await leavePollWait(scene.database, ada.id, taken[0] ?? 0);
  expect(await take(ada.id)).toBeTypeOf("number");
  expect(await take(ada.id)).toBeUndefined();
});

test("a place that was not given back is free again once its time is over", async () => {
  const ada = await scene.person();
  for (let count = 0; count < 3; count++) await take(ada.id, 0.2);
  expect(await take(ada.id)).toBeUndefined();
  await expect.poll(() => take(ada.id), { timeout: 10_000 }).toBeTypeOf("number");
});
