import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask, signUp, startConversation, type User } from "./client.ts";
import { type OwnStack, startOwnStack } from "./own-stack.ts";

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
    MAX_RUNNING_REPLIES: "2",
    MAX_WAITING_REPLIES: "1",
  });
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await own.close();
});

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
    // Long before the check of the third would come.
    await user.expect("cancelReply", 200, { params: { replyId: first } });
    await expect.poll(() => statusOf(user, third), { timeout: 10_000 }).toBe("in_progress");
    for (const replyId of [second, third]) await user.expect("cancelReply", 200, { params: { replyId } });
    await other.expect("cancelReply", 200, { params: { replyId: theirs } });
  });
});
