import { expect, it } from "vitest";
import { findBreaches } from "../invariants/check.ts";
import { openWorld } from "../world/world.ts";
import { defects } from "./defects.ts";
import { plant } from "./plant.ts";

it.concurrent.each(defects)("the checker catches $name", async ({ planted = [], breaks, run }) => {
  const sound = await openWorld();
  await run(sound, false);
  expect(await findBreaches(sound.database, sound.told)).toEqual([]);
  await sound.close();

  const spoilt = await openWorld();
  for (const defect of planted) await plant(spoilt, defect);
  await run(spoilt, true);
  const found = await findBreaches(spoilt.database, spoilt.told);
  await spoilt.close();
  expect(found.map(({ number }) => number)).toContain(breaks);
});
