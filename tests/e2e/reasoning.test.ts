import type { Reply } from "@parley/contract/schemas/reply";
import { afterEach, expect, it } from "vitest";
import { closeTabs, tabOf, textOf } from "./ai-chat.ts";
import { ask, ended, signUp, startConversation } from "./client.ts";
import { endOf, listen } from "./listener.ts";

const ada = await signUp();
const eve = await signUp();
afterEach(closeTabs);

const thought = /^This is what the model thinks before it answers\..*no later prompt has it\.$/;

it("what a model thinks grows by poll and push, apart from its answer, for its owner alone", async () => {
  const [hers, others] = [await listen(ada.token), await listen(eve.token)];
  const conversationId = await startConversation(ada, { model: "scripted/thinks" });
  const { message, reply } = await ask(ada, conversationId, "Four?");
  const params = { replyId: reply.id };
  const seen: Reply[] = [];
  while (seen.at(-1)?.status !== "completed") {
    seen.push(await ada.expect("getReply", 200, { params }));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const growing = seen.filter(({ partialText, reasoning }) => partialText === "" && reasoning !== "");
  expect(growing.length).toBeGreaterThan(0);
  const end = await ended(ada, reply.id);
  expect(end).toMatchObject({
    partialText: "I have thought about it: Four?",
    reasoning: expect.stringMatching(thought),
  });
  expect(growing.every(({ reasoning }) => end.reasoning.startsWith(reasoning))).toBe(true);
  expect(end.usage?.reasoningTokens).toBeGreaterThan(10);
  const rest = await ada.expect("getReply", 200, { params, query: { reasoningAfter: 5 } });
  expect(rest).toMatchObject({ reasoning: end.reasoning.slice(5), partialText: end.partialText });
  await eve.refused("getReply", 404, { params });

  await hers.next(endOf(reply.id));
  const pushed = hers.events.flatMap((event) => (event.type === "reply.reasoning" ? [event] : []));
  expect(pushed.map(({ text }) => text).join("")).toBe(end.reasoning);
  expect(hers.textOf(reply.id)).toBe(end.partialText);
  expect(others.events).toEqual([]);

  const answers = await ada.expect("listMessages", 200, { params: { conversationId } });
  expect(answers.data[0]?.reply).toMatchObject({ hasReasoning: true, usage: end.usage });
  await ask(ada, conversationId, "Sure?", { model: "scripted/demo" });
  const context = await ada.expect("getReplyContext", 200, { params });
  expect(JSON.stringify(context)).not.toContain("model thinks");
  await ada.expect("deleteMessage", 204, {
    params: { conversationId, messageId: end.assistantMessageId ?? "" },
  });
  expect(await ada.expect("getReply", 200, { params })).toMatchObject({ reasoning: "", partialText: "" });
  await ada.expect("getMessage", 200, { params: { conversationId, messageId: message.id } });
  for (const listener of [hers, others]) listener.close();
});

it("a chat of AI SDK has it as a part of its own", async () => {
  const chat = await tabOf(ada).open();
  await chat.sendMessage({ text: "Four?" }, { body: { model: "scripted/thinks" } });
  const { parts } = chat.lastMessage ?? {};
  expect(parts?.map(({ type }) => type)).toEqual(["step-start", "reasoning", "text"]);
  expect(parts?.[1]).toMatchObject({ text: expect.stringMatching(thought), state: "done" });
  expect(textOf(chat.lastMessage)).toBe("I have thought about it: Four?");
});
