import { request } from "node:http";
import { expect, inject, test } from "vitest";
import { createClient, signUp } from "./client.ts";
import { listen } from "./listener.ts";

/** The status that a browser's page of this origin is answered when it connects. */
async function statusFrom(origin: string | undefined, credential: string): Promise<number | undefined> {
  const url = `${inject("stack").websocketUrl.replace("ws:", "http:")}?token=${encodeURIComponent(credential)}`;
  const upgrade = { connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13" };
  const key = { "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==" };
  const asking = request(url, { headers: { ...upgrade, ...key, ...(origin && { origin }) } });
  asking.end();
  return new Promise((resolve, reject) => {
    asking.on("error", reject);
    asking.on("response", (response) => resolve(response.resume().statusCode));
    asking.on("upgrade", (response, socket) => {
      socket.destroy();
      resolve(response.statusCode);
    });
  });
}

test("a ticket opens one connection, for the page that asked for it, and no other page connects", async () => {
  const ada = await signUp();
  const page = "https://chat.example.com";
  const ticketOf = async (origin?: string) =>
    (await ada.expect("createPushTicket", 201, { headers: { ...(origin && { origin }) } })).ticket;
  const ticket = await ticketOf();
  const listener = await listen(ticket);
  listener.send({ action: "ping" });
  await listener.next(({ type }) => type === "pong");
  await expect(listen(ticket)).rejects.toThrow("refused");
  expect(await statusFrom(page, await ticketOf(page))).toBe(101);
  expect(await statusFrom("https://evil.example.com", await ticketOf(page))).toBe(403);
  expect(await statusFrom("https://evil.example.com", ada.token)).toBe(403);
  expect(await statusFrom(undefined, `${(await ticketOf()).slice(0, -1)}~`)).toBe(401);
  listener.close();
});

test("a key gets no ticket: it goes into the URL itself", async () => {
  const ada = await signUp();
  const { key } = await ada.expect("createApiKey", 201, { body: { name: "k", scopes: ["read", "write"] } });
  await createClient(inject("stack").url, key ?? "").refused("createPushTicket", 403);
  expect(await statusFrom(undefined, key ?? "")).toBe(101);
});
