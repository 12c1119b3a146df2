import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask, signUp, startConversation, type User } from "./client.ts";
import { type OwnStack, startOwnStack } from "./own-stack.ts";

const price = 100;
const budget = 0.5;
/** Dollars a million tokens, as for every model of which nothing is said; and what a reply of one may take. */
const cost = { input: 5, output: 25 };
const largest = { input: 16_384, output: 4_096 };

let server: Server;
let own: OwnStack;
/** What the provider was sent, in characters: it never says a word. */
const sent: number[] = [];

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let length = 0;
    for await (const piece of request) length += String(piece).length;
    sent.push(length);
    response.writeHead(200, { "content-type": "text/event-stream" }).write(": thinking\n\n");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  own = await startOwnStack({
    OPENAI_BASE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    OPENAI_API_KEY: "none",
    DEFAULT_MODEL: "openai/m",
    NEW_USER_TOKENS: String(5 * price),
    MAX_RUNNING_REPLIES: "2",
    MAX_WAITING_REPLIES: "1",
    MAX_WAITING_POLLS: "2",
    DOLLARS_PER_DAY: String(budget),
  });
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await own.close();
});

/** Asks at some length, and stops the reply once its provider has been sent the question. */
async function askAndCancel(user: User, conversationId: string): Promise<number> {
  const asked = sent.length;
  const body = { content: "word ".repeat(6_000) };
  const answer = await user.send("sendMessage", { params: { conversationId }, body });
  if (answer.status !== 202) return answer.status;
  const { reply } = answer.body as { reply: { id: string } };
  await expect.poll(() => sent.length, { timeout: 20_000 }).toBe(asked + 1);
  const params = { replyId: reply.id };
  expect(await user.expect("cancelReply", 200, { params })).toMatchObject({ tokensCharged: price });
  return answer.status;
}

/** What the provider bills for what it was sent, a token for four characters. */
function billed(): number {
  return (sent.reduce((sum, length) => sum + length, 0) / 4 / 1e6) * cost.input;
}

async function statusOf(user: User, replyId: string): Promise<string> {
  return (await user.expect("getReply", 200, { params: { replyId } })).status;
}

describe("one hostile account against a provider that is paid for what it is sent", () => {
  it("has two replies running and one waiting, in nobody's way, and the one goes on as a slot frees up", async () => {
    const [user, other] = [await signUp(own.address), await signUp(own.address)];
    const answers = [];
    for (let count = 0; count < 4; count++) {
      const params = { conversationId: await startConversation(user) };
      answers.push(await user.send("sendMessage", { params, body: { content: "Hang" } }));
    }
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 429]);
    expect(answers[3]?.headers.get("retry-after")).toBe("5");
    expect(answers[3]?.headers.get("ratelimit")).toContain("replies");
    const [first = "", second = "", third = ""] = answers.map(
      ({ body }) => (body as { reply?: { id: string } }).reply?.id,
    );
    const theirs = (await ask(other, await startConversation(other), "Me first")).reply.id;
    await expect.poll(() => sent.length, { timeout: 20_000 }).toBe(3);
    expect(await statusOf(other, theirs)).toBe("in_progress");
    expect(await statusOf(user, third)).toBe("queued");
    let waiting = 5;
    const polls = Array.from({ length: waiting }, async () => {
      const params = { replyId: second };
      const { status, headers } = await user.send("getReply", { params, query: { waitSeconds: 20 } });
      waiting--;
      return [status, headers.get("retry-after")].join();
    });
    await expect.poll(() => waiting, { timeout: 10_000 }).toBe(2);
    // Long before the check of the third would come.
    await user.expect("cancelReply", 200, { params: { replyId: first } });
    await expect.poll(() => statusOf(user, third), { timeout: 10_000 }).toBe("in_progress");
    for (const replyId of [second, third]) await user.expect("cancelReply", 200, { params: { replyId } });
    expect((await Promise.all(polls)).toSorted()).toEqual(["200,", "200,", "200,2", "200,2", "200,2"]);
    await other.expect("cancelReply", 200, { params: { replyId: theirs } });
  });

  it("has as many prompts sent as its balance pays for, and not one more by cancelling", async () => {
    const user = await signUp(own.address);
    const conversationId = await startConversation(user);
    const before = sent.length;
    const statuses: number[] = [];
    for (let count = 0; count < 7; count++) statuses.push(await askAndCancel(user, conversationId));
    expect(statuses).toEqual([...Array(5).fill(202), 402, 402]);
    expect(sent.length - before).toBe(5);
    expect((await user.expect("getMe", 200)).tokens).toMatchObject({ balance: 0, held: 0 });
  });

  it("cannot have more sent than the day's budget, however many accounts it has", async () => {
    let refused: Awaited<ReturnType<User["send"]>> | undefined;
    for (let accounts = 0; accounts < 10 && refused === undefined; accounts++) {
      const user = await signUp(own.address);
      const conversationId = await startConversation(user);
      for (let count = 0; count < 5 && refused === undefined; count++) {
        if ((await askAndCancel(user, conversationId)) !== 429) continue;
        const params = { conversationId };
        refused = await user.send("sendMessage", { params, body: { content: "More" } });
      }
    }
    expect(refused?.status).toBe(429);
    expect(refused?.headers.get("ratelimit")).toContain("budget-per-day");
    const oneReply = (largest.input * cost.input + largest.output * cost.output) / 1e6;
    expect(billed()).toBeLessThanOrEqual(budget + oneReply);
    // It is the budget that stopped it, and nothing before.
    expect(billed()).toBeGreaterThan(budget / 2);
  });
});
