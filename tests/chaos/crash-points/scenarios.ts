import { setTimeout as sleep } from "node:timers/promises";
import { newId } from "@parley/data/ids";
import { failRecord } from "../../../functions/dead-letter/fail-record.ts";
import { type Asked, type AskOptions, type Client, question } from "../world/client.ts";
import type { Mortal } from "../world/mortal.ts";
import { sweepOnce, workOnce } from "../world/work.ts";
import { backgroundModel, type Corner } from "../world/world.ts";

/** Something that one environment does, and may die of at any of its calls. */
export interface Scenario {
  readonly name: string;
  readonly deadlineSeconds?: number;
  /** The first call that may be the last; 1 unless said otherwise. */
  readonly survivesFrom?: number;
  /** What healthy environments have done before. */
  prepare?(corner: Corner, client: Client, conversationId: string): Promise<Asked | undefined>;
  /** The part of the environment that may come to grief. */
  run(mortal: Mortal, scene: Scene): Promise<void>;
}

export interface Scene {
  readonly corner: Corner;
  readonly client: Client;
  readonly conversationId: string;
  readonly asked: Asked | undefined;
}

function given(asked: Asked | undefined): Asked {
  if (asked === undefined) throw new Error("nothing was asked");
  return asked;
}

/** Sends like a client that tries again with the same key until it is answered. */
async function askUntilAnswered(
  mortal: Mortal,
  { corner, client, conversationId }: Scene,
  more: AskOptions = {},
) {
  const options = { key: newId(), content: question(), ...more };
  const first = await client.ask(mortal, conversationId, options).catch(() => undefined);
  return first ?? (await client.ask(corner.healthy, conversationId, options));
}

async function askOne(corner: Corner, client: Client, conversationId: string): Promise<Asked | undefined> {
  return client.ask(corner.healthy, conversationId);
}

/** A healthy worker has said its first words, and the reply is running. */
async function askAndStart(corner: Corner, client: Client, conversationId: string) {
  corner.manners.push("slow");
  const asked = await askOne(corner, client, conversationId);
  void workOnce(corner, corner.healthy);
  await sleep(200);
  return asked;
}

const retried = async (attempt: () => Promise<unknown>, again: () => Promise<unknown>) => {
  const isAnswered = await attempt().then(
    (answer) => answer !== undefined && answer !== false,
    () => false,
  );
  if (!isAnswered) await again();
};

export const scenarios: readonly Scenario[] = [
  { name: "send", run: async (mortal, scene) => void (await askUntilAnswered(mortal, scene)) },
  {
    name: "send that interrupts",
    prepare: askAndStart,
    run: async (mortal, scene) => void (await askUntilAnswered(mortal, scene, { onBusy: "interrupt" })),
  },
  {
    name: "send that rolls back",
    prepare: askAndStart,
    run: async (mortal, scene) => void (await askUntilAnswered(mortal, scene, { onBusy: "rollback" })),
  },
  {
    name: "claim, flush and finish",
    prepare: askOne,
    run: (mortal, { corner }) => workOnce(corner, mortal),
  },
  {
    name: "an answer in the background",
    prepare: (corner, client, conversationId) =>
      client.ask(corner.healthy, conversationId, { model: backgroundModel }),
    run: (mortal, { corner }) => workOnce(corner, mortal),
  },
  {
    name: "work at a reply while its check comes",
    prepare: async (corner, client, conversationId) => {
      corner.manners.push("slower");
      return askOne(corner, client, conversationId);
    },
    run: (mortal, { corner }) => workOnce(corner, mortal, { refills: true }),
  },
  {
    name: "job and check of a reply after a standstill",
    // Dead before it has told the queue anything, it takes both along: docs/reliability.md, "What it does not show".
    survivesFrom: 2,
    prepare: async (corner, client, conversationId) => {
      const asked = await askOne(corner, client, conversationId);
      await sleep(700);
      return asked;
    },
    run: (mortal, { corner }) => workOnce(corner, mortal),
  },
  {
    name: "finish with another reply waiting",
    prepare: async (corner, client, conversationId) => {
      const asked = await askOne(corner, client, conversationId);
      await askOne(corner, client, conversationId);
      return asked;
    },
    run: (mortal, { corner }) => workOnce(corner, mortal),
  },
  {
    name: "a call of the model that is tried again",
    prepare: async (corner, client, conversationId) => {
      corner.manners.push("unavailable");
      return askOne(corner, client, conversationId);
    },
    run: (mortal, { corner }) => workOnce(corner, mortal),
  },
  {
    name: "an answer that is refused",
    prepare: async (corner, client, conversationId) => {
      corner.manners.push("filtered");
      return askOne(corner, client, conversationId);
    },
    run: (mortal, { corner }) => workOnce(corner, mortal),
  },
  {
    name: "cancel while queued",
    prepare: askOne,
    run: (mortal, { corner, client, asked }) =>
      retried(
        () => client.cancel(mortal, given(asked).replyId),
        () => client.cancel(corner.healthy, given(asked).replyId),
      ),
  },
  {
    name: "cancel while running",
    prepare: askAndStart,
    run: (mortal, { corner, client, asked }) =>
      retried(
        () => client.cancel(mortal, given(asked).replyId),
        () => client.cancel(corner.healthy, given(asked).replyId),
      ),
  },
  {
    name: "deleting a message whose reply is running",
    prepare: askAndStart,
    run: (mortal, { client, asked }) => client.deleteMessage(mortal, given(asked)).catch(() => {}),
  },
  {
    name: "send behind a reply without jobs",
    prepare: async (corner, client, conversationId) => {
      const asked = await askOne(corner, client, conversationId);
      corner.queue.clear();
      return asked;
    },
    run: async (mortal, scene) => void (await askUntilAnswered(mortal, scene)),
  },
  {
    name: "sweep of a lost job",
    prepare: async (corner, client, conversationId) => {
      const asked = await askOne(corner, client, conversationId);
      corner.queue.clear();
      await corner.world.database.run(async ({ orm }) =>
        orm.execute(
          `update replies set enqueued_at = now() - interval '1 hour' where id = '${asked?.replyId}'`,
        ),
      );
      return asked;
    },
    run: async (mortal, { corner, asked }) => {
      const hasJob = () => corner.queue.bodies().some((body) => body.includes(given(asked).replyId));
      await sweepOnce(mortal).catch(() => {});
      // The schedule comes round again; what was marked by a sweeper that died is due again by then. That of another
      // corner may be faster, and die.
      for (let round = 0; round === 0 || (round < 20 && !hasJob()); round++) {
        await corner.world.database.run(async ({ orm }) =>
          orm.execute(`update replies set enqueued_at = now() - interval '1 hour'
            where owner_id = '${corner.ownerId}' and status = 'queued'`),
        );
        await sweepOnce(corner.healthy);
      }
    },
  },
  {
    name: "sweep of a reply past its deadline",
    deadlineSeconds: 0.05,
    prepare: async (corner, client, conversationId) => {
      const asked = await askOne(corner, client, conversationId);
      corner.queue.clear();
      await sleep(100);
      return asked;
    },
    run: async (mortal, { corner }) => {
      await sweepOnce(mortal).catch(() => {});
      await sweepOnce(corner.healthy);
    },
  },
  {
    name: "poll of what no worker took",
    deadlineSeconds: 0.05,
    prepare: async (corner, client, conversationId) => {
      const asked = await askOne(corner, client, conversationId);
      corner.queue.clear();
      // Longer than a poll's patience as well.
      await sleep(1_100);
      return asked;
    },
    run: async (mortal, { corner, client, asked }) => {
      await client.poll(mortal, given(asked).replyId).catch(() => {});
      await client.poll(corner.healthy, given(asked).replyId);
    },
  },
  {
    name: "claim past the deadline",
    deadlineSeconds: 0.05,
    prepare: askOne,
    run: async (mortal, { corner }) => {
      await sleep(100);
      await workOnce(corner, mortal);
    },
  },
  {
    name: "dead letter",
    prepare: askOne,
    run: async (mortal, { corner }) => {
      const [record] = corner.queue.take();
      if (record === undefined) throw new Error("there is no job");
      const isDone = await mortal.live(() => failRecord(mortal, record));
      // What it could not do, the queue gives again.
      if (isDone !== true) await failRecord(corner.healthy, record);
      corner.queue.delete(record.messageId);
    },
  },
];
