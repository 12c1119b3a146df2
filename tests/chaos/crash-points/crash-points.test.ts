import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findBreaches } from "../invariants/check.ts";
import { createClient } from "../world/client.ts";
import type { Grief } from "../world/mortal.ts";
import { rest, workOnce } from "../world/work.ts";
import { openCorner, openWorld, type World } from "../world/world.ts";
import { type Scenario, scenarios } from "./scenarios.ts";

let world: World;

beforeAll(async () => {
  world = await openWorld();
});

afterAll(() => world.close());

const atOnce = 24;

/** Runs a scenario in a corner of its own and lets it recover; answers what the environment called. */
async function play(scenario: Scenario, grief?: Grief): Promise<readonly string[]> {
  const { deadlineSeconds } = scenario;
  const corner = await openCorner(world, deadlineSeconds === undefined ? {} : { deadlineSeconds });
  const client = createClient(corner);
  const conversationId = await client.createConversation();
  const asked = await scenario.prepare?.(corner, client, conversationId);
  const mortal = corner.environment(grief);
  await scenario.run(mortal, { corner, client, conversationId, asked });
  // A queue that could not be reached was told of nothing: only then it takes a poll.
  await rest(corner, { polls: grief?.how === "cut" });
  // Whatever became of it: the next message in that conversation succeeds.
  const after = await openAsk(client, corner, conversationId);
  const stuck = await world.rows<{ status: string }>(
    `select status from replies where owner_id = '${corner.ownerId}'
     and (finished_at is null or (error_code = 'timed_out' and ${deadlineSeconds === undefined}))`,
  );
  // The checks of what has ended come after it.
  await forgotten(corner);
  const name = scenario.name;
  expect({ name, grief, stuck, after }).toEqual({ name, grief, stuck: [], after: "completed" });
  await corner.close();
  return mortal.calls;
}

/** Works until providers have been told to forget what they keep for the corner's replies. */
async function forgotten(corner: Awaited<ReturnType<typeof openCorner>>): Promise<void> {
  const kept = `select 1 from stored_responses where user_id = '${corner.ownerId}'`;
  const until = Date.now() + 10_000;
  while (Date.now() < until && (await corner.world.rows(kept)).length > 0) {
    await workOnce(corner, corner.healthy);
    await sleep(60);
  }
}

async function openAsk(
  client: ReturnType<typeof createClient>,
  corner: Awaited<ReturnType<typeof openCorner>>,
  conversationId: string,
): Promise<string | undefined> {
  await corner.world.database.run(async ({ orm }) =>
    orm.execute(`update conversations set deleted_at = null where id = '${conversationId}'`),
  );
  corner.manners.splice(0);
  const asked = await client.ask(corner.healthy, conversationId, { deadlineSeconds: 20 });
  await rest(corner);
  return asked && client.poll(corner.healthy, asked.replyId);
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const waiting = [...items];
  const lane = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

it.each(scenarios)("$name recovers from a crash before and after each of its calls", async (scenario) => {
  const calls = await play(scenario);
  expect(calls.length).toBeGreaterThan(0);
  const { survivesFrom = 1 } = scenario;
  const numbers = calls.map((_, index) => index + 1).filter((call) => call >= survivesFrom);
  const griefs = numbers.flatMap((call): Grief[] =>
    (["before", "after"] as const).flatMap((when) =>
      (["kill", "cut"] as const).map((how) => ({ call, when, how })),
    ),
  );
  await inParallel(griefs, (grief) => play(scenario, grief));
  expect(await findBreaches(world.database, world.told)).toEqual([]);
});
