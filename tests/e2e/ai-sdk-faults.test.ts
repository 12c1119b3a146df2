import { afterEach, expect, it } from "vitest";
import { closeTabs, placeOf, shownTexts, storedTexts, tabOf, textOf } from "./ai-chat.ts";
import { signUp } from "./client.ts";
import { sockets } from "./opened-sockets.ts";

const ada = await signUp();
afterEach(closeTabs);

it("an answer comes whole through dropped connections and a server that asks to wait", async () => {
  let refusals = 0;
  const tab = tabOf(ada, "scripted/slow", {
    fetch: (url, init) => {
      const isTicket = String(url).endsWith("/push-tickets");
      if (init?.method !== "POST" || isTicket || refusals++ > 0) return fetch(url, init);
      const headers = { "retry-after": "1" };
      return Promise.resolve(Response.json({ message: "Service Unavailable" }, { status: 503, headers }));
    },
  });
  const chat = await tab.open();
  const dropping = setInterval(() => {
    for (const socket of sockets.splice(0)) socket.close();
  }, 1_500);
  await chat.sendMessage({ text: "Tell me" });
  clearInterval(dropping);
  expect([chat.status, refusals]).toEqual(["ready", 2]);
  expect(await storedTexts(ada, placeOf(tab, chat))).toEqual(shownTexts(chat));
});

it("a reply that fails is an error of the chat, and can be asked for again", async () => {
  const tab = tabOf(ada, "scripted/fail-rejected");
  const chat = await tab.open();
  await chat.sendMessage({ text: "Tell me" });
  expect(chat.status).toBe("error");
  expect(chat.error?.message).toMatch(/refused|rejected/);
  const reopened = await tabOf(ada).open({ id: placeOf(tab, chat) });
  await reopened.resumeStream();
  expect(reopened.error?.message).toBe(chat.error?.message);
  await reopened.regenerate({ body: { model: "scripted/echo" } });
  expect([reopened.status, textOf(reopened.lastMessage)]).toEqual(["ready", "Echo: Tell me"]);
});
