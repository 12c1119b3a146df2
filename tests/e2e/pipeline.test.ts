import { beforeAll, describe, expect, it } from "vitest";
import { ask, ended, signUp, startConversation, type User } from "./client.ts";

let ada: User;
let eve: User;

beforeAll(async () => {
  [ada, eve] = await Promise.all([signUp(), signUp()]);
});

describe("many replies", () => {
  it("of twenty conversations at once all complete, each with its own text", async () => {
    const asked = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const user = index % 2 === 0 ? ada : eve;
        const { reply } = await ask(user, await startConversation(user), `Number ${index}`);
        return { user, id: reply.id, text: `Echo: Number ${index}` };
      }),
    );
    for (const { user, id, text } of asked) {
      expect(await ended(user, id)).toMatchObject({ status: "completed", partialText: text, attempts: 1 });
      await (user === ada ? eve : ada).refused("getReply", 404, { params: { replyId: id } });
    }
  });

  it("of one conversation are answered in the order of asking, each seeing the one before", async () => {
    const conversationId = await startConversation(ada);
    const asked = await Promise.all(
      Array.from({ length: 5 }, (_, index) => ask(ada, conversationId, `Turn ${index}`)),
    );
    for (const { reply } of asked) expect((await ended(ada, reply.id)).status).toBe("completed");
    const { data } = await ada.expect("listMessages", 200, {
      params: { conversationId },
      query: { order: "asc" },
    });
    expect(data.map((message) => message.role)).toEqual(Array(5).fill(["user", "assistant"]).flat());
    for (let index = 0; index < data.length; index += 2) {
      expect(data[index + 1]).toMatchObject({
        content: `Echo: ${data[index]?.content}`,
        replyTo: data[index]?.id,
      });
    }
    await eve.refused("listMessages", 404, { params: { conversationId } });
  });
});

describe("a model that fails", () => {
  const failures = [
    ["rejected", "provider_rejected", 1],
    ["filtered", "content_filtered", 1],
    ["overflow", "context_too_long", 1],
    ["unavailable", "provider_unavailable", 4],
    ["cut", "provider_unavailable", 4],
  ] as const;

  it.each(failures)(
    "by %s ends the reply with %s after %i attempts, and gives the tokens back",
    async (kind, code, attempts) => {
      const user = await signUp();
      const conversationId = await startConversation(user);
      const before = await user.expect("getMe", 200);
      const { reply } = await ask(user, conversationId, "Please", { model: `scripted/fail-${kind}` });
      const failed = await ended(user, reply.id);
      expect(failed).toMatchObject({ status: "failed", error: { code }, attempts, tokensCharged: 0 });
      expect(failed.assistantMessageId).toBeNull();
      expect((await user.expect("getMe", 200)).tokens).toEqual({ ...before.tokens, held: 0 });
      const next = await ask(user, conversationId, "And now?");
      expect((await ended(user, next.reply.id)).status).toBe("completed");
      await eve.refused("getReply", 404, { params: { replyId: reply.id } });
    },
  );
});
