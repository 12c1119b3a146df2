import { setTimeout as sleep } from "node:timers/promises";
import { newId } from "@parley/data/ids";
import type { Providers } from "@parley/llm/providers";
import { type Client, createClient, question } from "../world/client.ts";
import { rest, sweepOnce, workOnce } from "../world/work.ts";
import { type Corner, openCorner, type World } from "../world/world.ts";
import { cacheRace, foreignCachedRead } from "./cache-scenes.ts";
import type { Planted } from "./plant.ts";

/** What is run with the defect and without it; only with it an invariant breaks. */
export interface Defect {
  readonly name: string;
  /** The invariant whose check must find it. */
  readonly breaks: number;
  readonly planted?: readonly Planted[];
  run(world: World, isPlanted: boolean): Promise<void>;
}

type Scene = (corner: Corner, client: Client, conversationId: string, isPlanted: boolean) => Promise<unknown>;

/** A scene in a fresh corner; what a defect makes fail on the way is no finding, what it leaves behind is. */
function scene(play: Scene, options: { tokens?: number; rests?: number } = {}): Defect["run"] {
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

const askOnce: Scene = (corner, client, conversationId) => client.ask(corner.healthy, conversationId);

const cancelWhileQueued: Scene = async (corner, client, conversationId) => {
  const asked = await client.ask(corner.healthy, conversationId);
  if (asked !== undefined) await client.cancel(corner.healthy, asked.replyId);
};

const cancelWhileRunning: Scene = async (corner, client, conversationId) => {
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

const twoWorkers: Scene = async (corner, client, conversationId) => {
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

const inTurns: Scene = async (corner, client, conversationId) => {
  corner.manners.push("slow");
  await client.ask(corner.healthy, conversationId);
  const first = workOnce(corner, corner.healthy);
  await sleep(100);
  await client.ask(corner.healthy, conversationId);
  await workOnce(corner, corner.healthy);
  await first;
};

const sendTwice: Scene = async (corner, client, conversationId) => {
  const same = { key: newId(), content: question() };
  await client.ask(corner.healthy, conversationId, same);
  await client.ask(corner.healthy, conversationId, same);
};

const lostJob: Scene = async (corner, client, conversationId) => {
  const asked = await client.ask(corner.healthy, conversationId);
  corner.queue.clear();
  await corner.world.rows(
    `update replies set enqueued_at = now() - interval '1 hour' where id = '${asked?.replyId}'`,
  );
  await sweepOnce(corner.healthy);
};

const dieWithBothJobs: Scene = async (corner, client, conversationId, isPlanted) => {
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
const dieWithTheCheck: Scene = async (corner, client, conversationId, isPlanted) => {
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

const writeTheAnswerFirst: Scene = async (corner, client, conversationId, isPlanted) => {
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

const cancelOverACutWire: Scene = async (corner, client, conversationId, isPlanted) => {
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

const retriesOfTheSdk: Scene = async (corner, client, conversationId, isPlanted) => {
  await client.ask(corner.healthy, conversationId);
  const { worker } = corner;
  const planted = {
    ...corner,
    worker: (mortal: never) => ({ ...worker(mortal), providers: askedTwice(worker(mortal).providers) }),
  };
  await workOnce(isPlanted ? planted : corner, corner.healthy);
};

export const defects: readonly Defect[] = [
  {
    name: "no fence: any attempt may finish",
    breaks: 8,
    planted: [{ in: "finish_reply", statement: " OR reply.attempt <> attempted THEN", instead: " THEN" }],
    run: scene(twoWorkers),
  },
  {
    name: "dual write: the answer is stored before the reply ends",
    breaks: 3,
    run: scene(writeTheAnswerFirst),
  },
  {
    name: "early debit: what produced nothing is charged",
    breaks: 6,
    planted: [{ in: "end_reply", statement: "greatest(charge, 0)", instead: "greatest(charge, 100)" }],
    run: scene(cancelWhileQueued),
  },
  {
    name: "no hold: nothing is set aside when a reply is queued",
    breaks: 5,
    planted: [
      {
        in: "queue_reply",
        statement: "tokens_held = tokens_held + price",
        instead: "tokens_held = tokens_held",
      },
    ],
    run: scene(askOnce, { rests: 1_000 }),
  },
  {
    name: "no release: a cancelled reply keeps its hold",
    breaks: 6,
    planted: [
      {
        in: "end_reply",
        statement: "WHERE entry.amount > 0",
        instead: "WHERE entry.amount > 0 AND ending <> 'cancelled'",
      },
    ],
    run: scene(cancelWhileQueued),
  },
  {
    name: "no idempotency: a key is not looked up",
    breaks: 7,
    planted: [
      { in: "sent_before", statement: "key IS NULL", instead: "true" },
      // And not stored either, or its index would refuse the twin.
      {
        in: "add_message",
        statement: "'{}'), p->>'idempotencyKey',",
        instead: "'{}'), NULL,",
      },
    ],
    run: scene(sendTwice),
  },
  {
    name: "no cancel fence: a cancel is answered, and the worker finishes all the same",
    breaks: 4,
    planted: [
      {
        in: "cancel_reply",
        statement: "reply := end_reply(reply, 'cancelled', charge_so_far(reply), '{}');",
        instead: "reply.status := 'cancelled';",
      },
    ],
    run: scene(cancelWhileRunning),
  },
  {
    name: "no order: a reply does not wait for the one before it",
    breaks: 9,
    planted: [{ in: "take_reply", statement: "<> reply.id", instead: "IS NULL" }],
    run: scene(inTurns),
  },
  {
    name: "no room: the answer's position is not reserved",
    breaks: 9,
    planted: [
      {
        in: "add_message",
        statement: "next_position + 1 + questions",
        instead: "next_position + 1 + 2 * questions",
      },
    ],
    run: scene(askOnce),
  },
  {
    name: "no attempt: taking over is not counted",
    breaks: 8,
    planted: [
      {
        in: "take_reply",
        statement: "SET attempt = attempt + 1",
        instead: "SET attempt = greatest(attempt, 1)",
      },
    ],
    run: scene(twoWorkers),
  },
  {
    name: "no sweeper: what is lost stays lost",
    breaks: 2,
    planted: [
      {
        in: "sweep_replies",
        statement: "RETURN jsonb_build_object('ended', ended, 'stale', stale)",
        instead: `RETURN '{"ended": [], "stale": []}'`,
      },
    ],
    run: scene(lostJob, { rests: 2_000 }),
  },
  { name: "early acknowledge: a job is deleted before it is done", breaks: 2, run: scene(dieWithBothJobs) },
  {
    name: "no short visibility timeout: what a worker received is hidden until the queue's visibility timeout",
    breaks: 2,
    run: scene(dieWithTheCheck),
  },
  {
    name: "swallowed driver error: a lost cancel is answered 200",
    breaks: 4,
    run: scene(cancelOverACutWire),
  },
  { name: "retries below ours: one attempt, two calls", breaks: 15, run: scene(retriesOfTheSdk) },
  { name: "cache race: a late reader fills the newest generation", breaks: 12, run: cacheRace },
  { name: "cached authorization: the owner is not in the key", breaks: 11, run: foreignCachedRead },
];
