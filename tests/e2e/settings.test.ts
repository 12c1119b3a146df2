import { expect, it } from "vitest";
import { ask, ended, signUp, startConversation } from "./client.ts";

const ada = await signUp();
const eve = await signUp();

it("settings of a conversation and a message are asked with, shown and kept", async () => {
  const settings = { temperature: 0.2, stop: ["END"] };
  const { conversation, reply } = await ada.expect("createConversation", 202, {
    body: {
      model: "scripted/echo",
      settings: { ...settings, topP: null },
      message: { content: "one END two", settings: { maxOutputTokens: 500 } },
    },
  });
  expect(conversation.settings).toEqual(settings);
  expect(reply.settings).toEqual({ ...settings, maxOutputTokens: 500 });
  expect(await ended(ada, reply.id)).toMatchObject({ partialText: "Echo: one ", settings: reply.settings });
  const params = { conversationId: conversation.id };
  const context = await ada.expect("getReplyContext", 200, { params: { replyId: reply.id } });
  expect(context).toMatchObject({ settings: reply.settings, maxOutputTokens: 500 });
  const again = await ada.expect("askAgain", 202, {
    params: { ...params, messageId: reply.messageId },
    body: { settings: { stop: null } },
  });
  expect(again.reply.settings).toEqual({ temperature: 0.2 });
  expect((await ended(ada, again.reply.id)).partialText).toBe("Echo: one END two");
  const patch = (body: object) => ada.expect("updateConversation", 200, { params, body });
  expect((await patch({ settings: { temperature: null, topP: 0.5 } })).settings).toEqual({
    topP: 0.5,
    stop: ["END"],
  });
  const short = await ask(ada, conversation.id, "three words more", { settings: { maxOutputTokens: 3 } });
  expect(await ended(ada, short.reply.id)).toMatchObject({ status: "incomplete", finishReason: "length" });
  expect((await patch({ settings: null })).settings).toEqual({});
  expect((await ada.expect("getConversation", 200, { params })).settings).toEqual({});
  const estimate = await ada.expect("estimateReply", 200, {
    params,
    body: { content: "Hello", settings: { maxOutputTokens: 20 } },
  });
  expect(estimate).toMatchObject({ maxOutputTokens: 20, settings: { maxOutputTokens: 20 } });
  const exported = await ada.send("exportMe");
  expect(exported.text.split("\n").filter((line) => line.includes(`"maxOutputTokens":500`))).toHaveLength(1);
  await eve.refused("updateConversation", 404, { params, body: { settings: { topP: 1 } } });
  await eve.refused("getReplyContext", 404, { params: { replyId: reply.id } });
});

const path = "body.settings";

it.each([
  [{ temperature: 2.1 }, `${path}.temperature`],
  [{ temperature: -0.1 }, `${path}.temperature`],
  [{ temperature: "0.5" }, `${path}.temperature`],
  [{ topP: 1.01 }, `${path}.topP`],
  [{ maxOutputTokens: 0 }, `${path}.maxOutputTokens`],
  [{ maxOutputTokens: 1.5 }, `${path}.maxOutputTokens`],
  [{ maxOutputTokens: 1e9 }, `${path}.maxOutputTokens`],
  [{ reasoningEffort: "extreme" }, `${path}.reasoningEffort`],
  [{ stop: "END" }, `${path}.stop`],
  [{ stop: [] }, `${path}.stop`],
  [{ stop: ["1", "2", "3", "4", "5"] }, `${path}.stop`],
  [{ stop: [""] }, `${path}.stop.0`],
  [{ stop: ["a\0b"] }, `${path}.stop.0`],
  [{ topK: 3 }, `${path}.topK`],
  ["warm", path],
])("settings of %j are refused, and nothing is stored", async (settings, at) => {
  const conversationId = await startConversation(ada);
  const params = { conversationId };
  for (const [name, body] of [
    ["sendMessage", { content: "Hello", settings }],
    ["updateConversation", { settings }],
    ["estimateReply", { content: "Hello", settings }],
  ] as const) {
    const { errors } = await ada.refused(name, 400, { params, body });
    expect(errors?.map(({ path: named }) => named)).toEqual([at]);
  }
  expect(await ada.expect("getConversation", 200, { params })).toMatchObject({
    settings: {},
    messageCount: 0,
  });
});

it("no JSON has a temperature that is no number, and an imported answer has no settings", async () => {
  const params = { conversationId: await startConversation(ada) };
  const body = '{"content":"Hello","settings":{"temperature":NaN}}';
  await ada.refused("sendMessage", 400, { params, body });
  const imported = { content: "Hello", role: "assistant", settings: { temperature: 1 } };
  await ada.refused("sendMessage", 400, { params, body: imported });
});
