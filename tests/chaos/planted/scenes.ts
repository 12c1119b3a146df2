import { setTimeout as sleep } from "node:timers/promises";
import { newId } from "@parley/data/ids";
import type { Providers } from "@parley/llm/providers";
import { type Client, createClient, question } from "../world/client.ts";
import { rest, sweepOnce, workOnce } from "../world/work.ts";
import { backgroundModel, type Corner, openCorner, type World } from "../world/world.ts";

/** Plays a scene, with the defect or without it. */
export type Play = (world: World, isPlanted: boolean) => Promise<void>;

type Scene = (corner: Corner, client: Client, conversationId: string, isPlanted: boolean) => Promise<unknown>;

/** A scene in a fresh corner; what a defect makes fail on the way is no finding, what it leaves behind is. */
export function scene(play: Scene, options: { tokens?: number; rests?: number } = {}): Play {
  return async (world, isPlanted) => {
    const corner = await openCorner(world, options);
    const client = createClient(corner);
    const conversationId = await client.createConversation();
    const failed = await play(corner, client, conversationId, isPlanted).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (failed !== undefined && !isPlanted) throw failed;
    await rest(corner, { millis: isPlanted ? (options.rests ?? 4_000) : 20_000 });
    await corner.close();
  };
}

/** A worker buys an answer, writes it down and dies. */
export const dieWithAnAnswer: Scene = async (corner, client, conversationId) => {
  corner.manners.push("slower");
  await client.ask(corner.healthy, conversationId, { model: backgroundModel });
  await workOnce(corner, corner.environment({ call: 3, of: "database", when: "before", how: "kill" }));
};

export const askOnce: Scene = (corner, client, conversationId) => client.ask(corner.healthy, conversationId);

export const cancelWhileQueued: Scene = async (corner, client, conversationId) => {
  const asked = await client.ask(corner.healthy, conversationId);
  if (asked !== undefined) await client.cancel(corner.healthy, asked.replyId);
};

export const cancelWhileRunning: Scene = async (corner, client, conversationId) => {
  // The cancel comes between the last flush and the finish.
  const asked = await client.ask(corner.healthy, conversationId);
  const working = workOnce(
    corner,
    corner.environment({ of: "database", call: 3, when: "before", how: "pause" }),
  );
  await sleep(400);
  if (asked !== undefined) await client.cancel(corner.healthy, asked.replyId);
  await working;
};

export const cancelMidway: Scene = async (corner, client, conversationId) => {
  corner.manners.push("slow");
  const asked = await client.ask(corner.healthy, conversationId);
  if (asked === undefined) return;
  const working = workOnce(corner, corner.healthy);
  const written = `select from replies where id = '${asked.replyId}' and partial_text <> ''`;
  for (let looks = 0; looks < 40 && (await corner.world.rows(written)).length === 0; looks++) await sleep(20);
  await client.cancel(corner.healthy, asked.replyId);
  await working;
};

export const twoWorkers: Scene = async (corner, client, conversationId) => {
  await client.ask(corner.healthy, conversationId);
  corner.manners.push("answer", "slow");
  // The first falls asleep with its answer ready to be stored; the second takes over and is slow.
  const stopped = workOnce(
    corner,
    corner.environment({ of: "database", call: 3, when: "before", how: "pause" }),
  );
  await sleep(700);
  await rest(corner);
  await stopped;
};

export const inTurns: Scene = async (corner, client, conversationId) => {
  corner.manners.push("slow");
  await client.ask(corner.healthy, conversationId);
  const first = workOnce(corner, corner.healthy);
  await sleep(100);
  await client.ask(corner.healthy, conversationId);
  await workOnce(corner, corner.healthy);
  await first;
};

export const sendTwice: Scene = async (corner, client, conversationId) => {
  const same = { key: newId(), content: question() };
  await client.ask(corner.healthy, conversationId, same);
  await client.ask(corner.healthy, conversationId, same);
};

export const lostJob: Scene = async (corner, client, conversationId) => {
  const asked = await client.ask(corner.healthy, conversationId);
  corner.queue.clear();
  await corner.world.rows(
    `update replies set enqueued_at = now() - interval '1 hour' where id = '${asked?.replyId}'`,
  );
  await sweepOnce(corner.healthy);
};

export const dieWithBothJobs: Scene = async (corner, client, conversationId, isPlanted) => {
  await client.ask(corner.healthy, conversationId);
  // By then the check is visible beside the job.
  await sleep(700);
  if (isPlanted) {
    const { take } = corner.queue;
    corner.queue.take = () => {
      const records = take();
      for (const { messageId } of records) corner.queue.delete(messageId);
      return records;
    };
  }
  await workOnce(corner, corner.environment({ call: 1, when: "after", how: "kill" }));
};

/** A worker dies at work on a reply, when it has just been given the reply's check as well. */
export const dieWithTheCheck: Scene = async (corner, client, conversationId, isPlanted) => {
  corner.manners.push("slower");
  await client.ask(corner.healthy, conversationId);
  const { queue } = corner;
  if (isPlanted) {
    const { receive } = queue;
    const visibilitySeconds = 5_400;
    Object.assign(queue, {
      receive: (limit: number) => receive(limit, visibilitySeconds),
      returnIn: async () => {},
    });
  }
  const mortal = corner.environment({ of: "receive", call: 2, when: "after", how: "kill" });
  await workOnce(corner, mortal, { refills: true });
  // Otherwise it shows nothing.
  if (queue.take().length > 0 || queue.bodies().length !== 2) throw new Error("it did not hold both");
};

export const writeTheAnswerFirst: Scene = async (corner, client, conversationId, isPlanted) => {
  const asked = await client.ask(corner.healthy, conversationId);
  if (asked === undefined) return;
  const mortal = corner.environment({ of: "database", call: 3, when: "before", how: "kill" });
  await workOnce(corner, mortal);
  if (isPlanted) {
    await corner.world.rows(`insert into messages (id, owner_id, conversation_id, position, role, content, reply_id)
      values ('${newId()}', '${corner.ownerId}', '${conversationId}', 2, 'assistant', 'Hello', '${asked.replyId}')`);
  }
  await client.cancel(corner.healthy, asked.replyId);
};

export const cancelOverACutWire: Scene = async (corner, client, conversationId, isPlanted) => {
  const asked = await client.ask(corner.healthy, conversationId);
  if (asked === undefined) return;
  const cut = corner.environment({ call: 1, when: "before", how: "cut" });
  await client.cancel(cut, asked.replyId).catch(() => {
    // The handler that swallows the driver's error answers 200.
    if (isPlanted) corner.world.told.cancelled.add(asked.replyId);
  });
};

/** The SDK's own retries, which Parley turns off: two requests for one call. */
function askedTwice(providers: Providers): Providers {
  return {
    get: (name) => ({
      async *stream(request, options) {
        for await (const _ of providers.get(name).stream(request, options)) break;
        yield* providers.get(name).stream(request, options);
      },
    }),
  };
}

export const retriesOfTheSdk: Scene = async (corner, client, conversationId, isPlanted) => {
  await client.ask(corner.healthy, conversationId);
  const { worker } = corner;
  const planted = {
    ...corner,
    worker: (mortal: never) => ({ ...worker(mortal), providers: askedTwice(worker(mortal).providers) }),
  };
  await workOnce(isPlanted ? planted : corner, corner.healthy);
};
