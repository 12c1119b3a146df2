import { newId } from "@parley/client";
import { afterEach, expect, it, vi } from "vitest";
import {
  type Chat,
  closeTabs,
  placeOf,
  shownTexts,
  shows,
  storedTexts,
  type Tab,
  tabOf,
  textOf,
} from "./ai-chat.ts";
import { signUp } from "./client.ts";

const ada = await signUp();
const eve = await signUp();
afterEach(closeTabs);

async function started({ parley }: Tab) {
  const answer = await parley.conversations.create({ model: "scripted/demo", message: { content: "Hello" } });
  if (!("reply" in answer)) throw new Error("no reply was started");
  return answer;
}

it("an answer grows in a chat, is asked for again, and is there when the chat is opened again", async () => {
  const tab = tabOf(ada);
  const chat = await tab.open();
  await chat.sendMessage({ text: "Tell me" });
  expect([chat.status, chat.error]).toEqual(["ready", undefined]);
  const texts = [...new Set(chat.shown.shown)].filter((text) => text !== "");
  expect(texts.length).toBeGreaterThan(5);
  expect(texts.every((text, index) => text.startsWith(texts[index - 1] ?? ""))).toBe(true);
  expect(chat.lastMessage).toMatchObject({ role: "assistant", metadata: { model: "scripted/slow" } });
  expect(await storedTexts(ada, placeOf(tab, chat))).toEqual(shownTexts(chat));

  await chat.regenerate({ body: { model: "scripted/echo" } });
  await chat.sendMessage({ text: "And then?" }, { body: { model: "scripted/echo" } });
  expect(shownTexts(chat)).toEqual(["Tell me", "Echo: Tell me", "And then?", "Echo: And then?"]);
  expect(await storedTexts(ada, placeOf(tab, chat))).toEqual(shownTexts(chat));
  const [, , question] = chat.messages;
  await chat.sendMessage(
    { text: "And now?", messageId: question?.id ?? "" },
    { body: { model: "scripted/echo" } },
  );
  expect(shownTexts(chat).slice(2)).toEqual(["And now?", "Echo: And now?"]);

  const again = await tabOf(ada).open({ id: placeOf(tab, chat) });
  expect(shownTexts(again)).toEqual(shownTexts(chat));
  await again.resumeStream();
  expect(again.status).toBe("ready");
  expect(again.messages).toHaveLength(4);
});

it("stopping a chat cancels its reply, and keeps its text", async () => {
  const tab = tabOf(ada);
  const chat = await tab.open();
  const begun = shows(chat, 3);
  const sending = chat.sendMessage({ text: "Tell me" });
  await begun;
  await chat.stop();
  await sending;
  const reply = await tab.parley.replies.waitFor(chat.lastMessage?.id ?? "");
  expect([reply.status, chat.status]).toEqual(["cancelled", "ready"]);
  expect(reply.partialText.startsWith(textOf(chat.lastMessage).trimEnd())).toBe(true);

  // Before its reply is known.
  const hasty = await tab.open();
  const asking = hasty.sendMessage({ text: "Tell me" });
  await hasty.stop();
  await asking;
  expect(hasty.status).toBe("ready");
  await vi.waitFor(async () => {
    const conversations = await tab.parley.conversations.list({ limit: 1, sort: "createdAt" });
    const replies = await tab.parley.replies.list({ conversationId: conversations.data[0]?.id ?? "" });
    expect(replies.data.map(({ status }) => status)).toEqual(["cancelled"]);
  }, 5_000);
});

it("a second tab goes on with the same answer, and stops it; another user sees nothing of it", async () => {
  const tab = tabOf(ada);
  const chat = await tab.open();
  const begun = shows(chat, 3);
  const sending = chat.sendMessage({ text: "Tell me" });
  await begun;
  const second = await tabOf(ada).open({ id: placeOf(tab, chat) });
  const resumed = shows(second, 5);
  // As React does when it mounts a page twice.
  const first = second.resumeStream();
  const resuming = second.resumeStream();
  await resumed;
  const stranger = tabOf(eve);
  await expect(stranger.open({ id: placeOf(tab, chat) })).rejects.toMatchObject({ status: 404 });
  const guess = await stranger.open({ id: placeOf(tab, chat), messages: [] });
  await guess.resumeStream();
  expect([guess.messages, guess.status]).toEqual([[], "ready"]);
  expect(chat.status).toBe("streaming");
  await second.stop();
  await Promise.all([sending, first, resuming]);
  expect([chat.status, second.status]).toEqual(["ready", "ready"]);
  expect(textOf(chat.lastMessage).startsWith(textOf(second.lastMessage))).toBe(true);
  expect(chat.lastMessage?.id).toBe(second.lastMessage?.id);
});

it("an answer that ends after the messages were loaded, and before its stream is asked for, is shown", async () => {
  const tab = tabOf(ada);
  const { reply, conversation } = await started(tab);
  const chat = await tab.open({ id: conversation.id });
  await tab.parley.replies.waitFor(reply.id);
  await chat.resumeStream();
  expect(shownTexts(chat)).toEqual(["Hello", "Hello! How can I assist you today?"]);
});

it("a chat and its questions keep the ids that the page has made, also where it was opened by its id alone", async () => {
  const tab = tabOf(ada, "scripted/echo");
  const [id, first, second] = [newId(), newId(), newId()];
  const chat = await tab.open({ id, messages: [] });
  const say = (page: Chat, message: string, text: string) =>
    page.sendMessage({ id: message, role: "user", parts: [{ type: "text", text }] });
  await say(chat, first, "One");
  const elsewhere = await tabOf(ada).open({ id, messages: [] });
  await say(elsewhere, second, "Two");
  expect([chat.error, elsewhere.error]).toEqual([undefined, undefined]);
  const { data } = await ada.expect("listMessages", 200, { params: { conversationId: id } });
  expect(data.filter(({ role }) => role === "user").map((one) => one.id)).toEqual([second, first]);
  await chat.sendMessage({ text: "Uno", messageId: first });
  expect(shownTexts(chat)).toEqual(["Uno", "Echo: Uno"]);

  // Of another user the same ids are other chats.
  const stranger = await tabOf(eve, "scripted/echo").open({ id, messages: [] });
  await say(stranger, first, "Mine");
  expect(shownTexts(stranger)).toEqual(["Mine", "Echo: Mine"]);
  expect(await storedTexts(eve, id)).toEqual(["Mine", "Echo: Mine"]);
});

it("a question whose answer was lost is asked again, and stored once", async () => {
  let losses = 0;
  const tab = tabOf(ada, "scripted/echo", {
    fetch: async (url, init) => {
      const answer = await fetch(url, init);
      if (init?.method !== "POST" || losses >= 3) return answer;
      losses += 1;
      throw new TypeError("fetch failed");
    },
  });
  const chat = await tab.open();
  await chat.sendMessage({ text: "Hello" });
  expect([chat.status, tab.transport.apiIdOf(chat.id), losses]).toEqual(["error", undefined, 3]);
  await chat.regenerate();
  expect(shownTexts(chat)).toEqual(["Hello", "Echo: Hello"]);
  expect(await storedTexts(ada, placeOf(tab, chat))).toEqual(shownTexts(chat));
});
