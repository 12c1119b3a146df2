import type { Reply } from "@parley/contract/schemas/reply";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ask, ended, signUp, startConversation, type User } from "./client.ts";
import { type OwnStack, startOwnStack } from "./own-stack.ts";

const workers = 3;
const repliesEach = 15;
let own: OwnStack;

beforeAll(async () => {
  const settings = { DEFAULT_MODEL: "scripted/slow", NEW_USER_TOKENS: "1000000" };
  own = await startOwnStack(settings, { maximumWorkers: workers });
});

afterAll(() => own.close());

async function askSlowly(user: User): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < repliesEach; index++) {
    const { reply } = await ask(user, await startConversation(user), "Take your time.");
    ids.push(reply.id);
  }
  return ids;
}

async function inTheEnd(user: User, replyId: string): Promise<Reply> {
  const reply = await user.expect("getReply", 200, { params: { replyId }, query: { waitSeconds: 20 } });
  return reply.status === "completed" ? reply : ended(user, replyId);
}

const at = (time: string | null) => Date.parse(time ?? "");

it("thirty slow replies of two users run together on three environments", async () => {
  const users = [await signUp(own.address), await signUp(own.address)];
  const asked = await Promise.all(users.map(askSlowly));
  const replies = await Promise.all(
    users.flatMap((user, index) => (asked[index] ?? []).map((replyId) => inTheEnd(user, replyId))),
  );
  expect(replies.filter(({ status }) => status === "completed")).toHaveLength(workers * 10);
  expect(own.stack.functions.get("reply-worker").environments().length).toBeLessThanOrEqual(workers);
  // Without the refill the last ones begin when the first have ended.
  const firstEnd = Math.min(...replies.map(({ finishedAt }) => at(finishedAt)));
  const lastStart = Math.max(...replies.map(({ startedAt }) => at(startedAt)));
  expect(lastStart).toBeLessThan(firstEnd);
});
