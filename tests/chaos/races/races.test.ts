import { setTimeout as sleep } from "node:timers/promises";
import { newId } from "@parley/data/ids";
import { Problem } from "@parley/http/problem";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { findBreaches } from "../invariants/check.ts";
import { type Asked, type Client, createClient, question } from "../world/client.ts";
import type { Mortal } from "../world/mortal.ts";
import { rest, sweepOnce, workOnce } from "../world/work.ts";
import { type Corner, type CornerOptions, openCorner, openWorld, type World } from "../world/world.ts";
import { times } from "./sizes.ts";

let world: World;

beforeAll(async () => {
  world = await openWorld();
});

afterEach(async () => {
  expect(await findBreaches(world.database, world.told)).toEqual([]);
});

afterAll(() => world.close());

interface Scene {
  corner: Corner;
  client: Client;
  conversationId: string;
}

async function inCorner(work: (scene: Scene) => Promise<void>, options: CornerOptions = {}): Promise<void> {
  const corner = await openCorner(world, options);
  const client = createClient(corner);
  const conversationId = await client.createConversation();
  await work({ corner, client, conversationId });
  await rest(corner);
  await corner.close();
}

function environments(corner: Corner, count: number): Mortal[] {
  return Array.from({ length: count }, () => corner.environment());
}

/** The type of the problem it is refused with, or `done`. */
function outcome(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "done",
    (error: unknown) => (error instanceof Problem ? error.message : Promise.reject(error)),
  );
}

function tally(outcomes: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const each of outcomes) counts[each] = (counts[each] ?? 0) + 1;
  return counts;
}

/** Any of the environments. */
function nth(all: readonly Mortal[], index: number): Mortal {
  const environment = all[index % all.length];
  if (environment === undefined) throw new RangeError("there is no environment");
  return environment;
}

async function askedOne({ corner, client, conversationId }: Scene): Promise<Asked> {
  const asked = await client.ask(corner.healthy, conversationId);
  if (asked === undefined) throw new Error("no answer");
  return asked;
}

async function repeated(count: number, work: (number: number) => Promise<void>): Promise<void> {
  for (let number = 0; number < count; number++) await work(number);
}

const sends = times(200, 1_000);

it(`gives one of ${sends} parallel sends the credit for one`, () =>
  repeated(times(2, 20), () =>
    inCorner(
      async ({ corner, client, conversationId }) => {
        const all = environments(corner, 16);
        const sent = Array.from({ length: sends }, (_, index) =>
          outcome(client.ask(nth(all, index), conversationId)),
        );
        expect(tally(await Promise.all(sent))).toEqual({ done: 1, "insufficient-tokens": sends - 1 });
      },
      { tokens: 100 },
    ),
  ));

it("makes one message of 50 identical requests with one key", () =>
  repeated(times(5, 100), () =>
    inCorner(async ({ corner, client, conversationId }) => {
      const all = environments(corner, 16);
      const same = { key: newId(), content: question() };
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, index) => client.ask(nth(all, index), conversationId, same)),
      );
      expect(new Set(answers.map((answer) => answer?.messageId)).size).toBe(1);
    }),
  ));

it("lets either the cancel or the finish win, never both", () =>
  repeated(times(15, 200), (number) =>
    inCorner(async (scene) => {
      const { corner, client } = scene;
      const { replyId } = await askedOne(scene);
      const canceller = corner.environment();
      const work = workOnce(corner, corner.healthy);
      await sleep(60 + (number % 15) * 5);
      const cancelled = await outcome(client.cancel(canceller, replyId));
      await work;
      const status = await client.poll(canceller, replyId);
      expect(status).toBe(cancelled === "done" ? "cancelled" : "completed");
    }),
  ));

it("deletes a conversation while its reply is finished", () =>
  repeated(times(10, 100), (number) =>
    inCorner(async (scene) => {
      const { corner, client, conversationId } = scene;
      await askedOne(scene);
      const work = workOnce(corner, corner.environment());
      await sleep(70 + (number % 10) * 6);
      await client.deleteConversation(corner.environment(), conversationId);
      await work;
    }),
  ));

it("edits a question while it is answered, and its answer stays", () =>
  repeated(times(10, 100), (number) =>
    inCorner(async (scene) => {
      const { corner, client, conversationId } = scene;
      const content = question();
      const asked = await client.ask(corner.healthy, conversationId, { content });
      if (asked === undefined) throw new Error("no answer");
      const work = workOnce(corner, corner.environment());
      await sleep(70 + (number % 10) * 6);
      await client.edit(corner.environment(), asked, `${content} once more`);
      await work;
      expect(await client.poll(corner.healthy, asked.replyId)).toBe("completed");
    }),
  ));

it("gives a job that two workers have to one of them", () =>
  repeated(times(10, 100), () =>
    inCorner(async (scene) => {
      const { corner, client } = scene;
      const { replyId } = await askedOne(scene);
      const bodies = corner.queue.bodies();
      for (const body of bodies) corner.queue.put(body);
      const workers = environments(corner, 4).map((environment) => workOnce(corner, environment));
      corner.queue.put(bodies[0] ?? "");
      await Promise.all([...workers, workOnce(corner, corner.environment())]);
      await rest(corner);
      const [reply] = await world.rows<{ attempt: number }>(
        `select attempt from replies where id = '${replyId}'`,
      );
      expect(reply?.attempt).toBe(1);
      expect(await client.poll(corner.healthy, replyId)).toBe("completed");
    }),
  ));

it("lets two sweepers end what is past its deadline once", () =>
  repeated(times(5, 50), () =>
    inCorner(
      async ({ corner, client, conversationId }) => {
        for (let count = 0; count < 5; count++) await client.ask(corner.healthy, conversationId);
        corner.queue.clear();
        await sleep(120);
        await Promise.all(environments(corner, 3).map(sweepOnce));
      },
      { deadlineSeconds: 0.1 },
    ),
  ));

it("answers in order what is sent at once", () =>
  repeated(times(2, 20), () =>
    inCorner(async ({ corner, client, conversationId }) => {
      const all = environments(corner, 8);
      const asked = await Promise.all(
        Array.from({ length: 12 }, (_, index) => client.ask(nth(all, index), conversationId)),
      );
      await rest(corner);
      for (const each of asked)
        expect(await client.poll(corner.healthy, each?.replyId ?? "")).toBe("completed");
    }),
  ));

it("refuses with onBusy reject all but one of those sent at once", () =>
  repeated(times(3, 30), () =>
    inCorner(async ({ corner, client, conversationId }) => {
      const all = environments(corner, 8);
      const sent = Array.from({ length: 20 }, (_, index) =>
        outcome(client.ask(nth(all, index), conversationId, { onBusy: "reject" })),
      );
      expect(tally(await Promise.all(sent))).toEqual({ done: 1, conflict: 19 });
    }),
  ));

it.each(["interrupt", "rollback"] as const)("keeps with onBusy %s the last of those sent at once", (onBusy) =>
  repeated(times(3, 30), () =>
    inCorner(async ({ corner, client, conversationId }) => {
      const all = environments(corner, 8);
      corner.manners.push("slow");
      await client.ask(corner.healthy, conversationId);
      const work = workOnce(corner, corner.healthy);
      await sleep(150);
      await Promise.all(
        Array.from({ length: 20 }, (_, index) => client.ask(nth(all, index), conversationId, { onBusy })),
      );
      await work;
      await rest(corner);
      const ended = await world.rows<{ status: string; n: string; left: string }>(
        `select r.status, count(*) as n, count(*) filter (where not m.is_deleted) as left
         from replies r join messages m on m.owner_id = r.owner_id and m.id = r.message_id
         where r.conversation_id = '${conversationId}' group by 1 order by 1`,
      );
      const kept = onBusy === "interrupt" ? "20" : "0";
      expect(ended).toEqual([
        { status: "cancelled", n: "20", left: kept },
        { status: "completed", n: "1", left: "1" },
      ]);
    }),
  ),
);
