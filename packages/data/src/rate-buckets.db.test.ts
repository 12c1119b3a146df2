import { afterAll, beforeAll, expect, test } from "vitest";
import { openDatabase } from "./database.ts";
import { purgeBuckets, takeFromBucket } from "./rate-buckets.ts";
import { openScene, type Scene } from "./testing/scene.fixture.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());

test("so many are let through at once, whichever environments ask, and each window gives as many again", async () => {
  const environments = Array.from({ length: 5 }, () => openDatabase(scene.url));
  const rate = { limit: 10, windowSeconds: 3_600 };
  const take = (key: string, at = 0) => takeFromBucket(environments[at % 5] ?? scene.database, key, rate);
  const waits = await Promise.all(Array.from({ length: 50 }, (_, at) => take("ada", at)));
  expect(waits.filter((wait) => wait === undefined)).toHaveLength(10);
  for (const wait of waits) if (wait !== undefined) expect(wait).toBeGreaterThan(350);
  expect(await take("eve")).toBeUndefined();
  const later = (minutes: number) =>
    scene.rows(`update rate_buckets set full_at = full_at - interval '${minutes} minutes' where key = 'ada'`);
  await later(6);
  expect(await take("ada")).toBeUndefined();
  expect(await take("ada")).toBeGreaterThan(0);
  await later(600);
  expect(await purgeBuckets(scene.database, 100)).toBe(1);
  expect(await scene.rows("select key from rate_buckets")).toEqual([{ key: "eve" }]);
  await Promise.all(environments.map((database) => database.close()));
});
