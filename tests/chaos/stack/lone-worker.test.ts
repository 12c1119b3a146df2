import { setTimeout as sleep } from "node:timers/promises";
import { openDatabase } from "@parley/data/database";
import { expect, it } from "vitest";
import { findBreaches } from "../invariants/check.ts";
import { logReplyChanges } from "../invariants/reply-log.ts";
import { nothingTold } from "../invariants/told.ts";
import { createRandom } from "../random.ts";
import { question } from "../world/client.ts";
import { createChaosClient } from "./chaos-client.ts";
import { type ChaosStack, startChaosStack } from "./chaos-stack.ts";
import { signUpUsers } from "./sign-up-users.ts";

/** The lease of 3 s, twice that until a held job comes back, and a busy machine. */
const boundMillis = 15_000;

interface Depth {
  waiting: number;
  running: number;
  delayed: number;
}

async function depthOf({ stack }: ChaosStack): Promise<Depth> {
  const queueUrl = stack.queue.queueUrl("parley-replies");
  const response = await fetch(stack.queue.endpoint, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": "AmazonSQS.GetQueueAttributes",
    },
    body: JSON.stringify({ QueueUrl: queueUrl, AttributeNames: ["All"] }),
  });
  const { Attributes: counts } = (await response.json()) as { Attributes: Record<string, string> };
  return {
    waiting: Number(counts.ApproximateNumberOfMessages),
    running: Number(counts.ApproximateNumberOfMessagesNotVisible),
    delayed: Number(counts.ApproximateNumberOfMessagesDelayed),
  };
}

async function until(isSo: () => Promise<boolean>, millis: number): Promise<void> {
  const end = Date.now() + millis;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error("it did not come to that");
    await sleep(20);
  }
}

it("a worker killed while it holds the job and the check of its reply is replaced, although nobody polls", async () => {
  const told = nothingTold();
  const random = createRandom(1);
  // One worker: it takes the check itself, beside the reply that it is at work on.
  const chaos = await startChaosStack({
    random,
    told,
    openaiKey: "sk-none",
    canaries: [],
    maximumWorkers: 1,
  });
  const database = openDatabase(chaos.databaseUrl);
  try {
    await logReplyChanges(database);
    const options = { url: chaos.stack.url, told, statuses: new Map(), canaries: [] };
    const [ada, eve] = (await signUpUsers(chaos.stack, 2)).map((user) =>
      createChaosClient({ ...options, ...user }),
    );
    if (ada === undefined || eve === undefined) throw new Error("nobody signed up");
    chaos.model.faults.push("hang");
    const asked = await ada.once({
      method: "POST",
      path: "/v1/conversations",
      body: { message: { content: question() } },
    });
    const { message, reply } = asked.body as unknown as { message: { id: string }; reply: { id: string } };
    told.asks.push({ conversationId: "new", messageId: message.id, replyId: reply.id, key: reply.id });
    const read = async () => {
      const [row] = await database.run(async ({ orm }) =>
        orm.execute(`select status, attempt from replies where id = '${reply.id}'`),
      );
      return row;
    };
    await until(async () => (await depthOf(chaos)).waiting === 1, 20_000);
    // It now gets the check, and no answer about it.
    chaos.databaseWire.setDelay(20_000);
    await until(async () => (await depthOf(chaos)).running === 2, 20_000);
    expect(await depthOf(chaos)).toEqual({ waiting: 0, running: 2, delayed: 0 });
    for (const pid of chaos.stack.functions.get("reply-worker").environments()) process.kill(pid, "SIGKILL");
    chaos.databaseWire.setDelay(0);
    await until(async () => (await read())?.status === "completed", boundMillis);
    expect([2, 3]).toContain((await read())?.attempt);
    expect(await findBreaches(database, told)).toEqual([]);
    expect((await eve.once({ path: `/v1/replies/${reply.id}` })).status).toBe(404);
  } finally {
    await database.close();
    await chaos.close();
  }
});
