import { createPrivateKey, type JsonWebKey, sign } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openDatabase } from "@parley/data/database";
import { afterAll, expect, inject, test } from "vitest";
import { signUpAdmin } from "./admins.ts";
import { ask, ended, signUp, startConversation, type User } from "./client.ts";
import { endOf, type Listener, listen } from "./listener.ts";

const { databaseUrl, dataDir } = inject("stack");
const database = openDatabase(databaseUrl);
afterAll(() => database.close());

interface PoolFile {
  keys: { kid: string; privateKey: JsonWebKey };
}

/** A token of this user as Cognito would have issued it to a client whose tokens live that long. */
async function briefToken({ token }: User, seconds: number): Promise<string> {
  const { keys } = JSON.parse(await readFile(join(dataDir, "cognito.json"), "utf8")) as PoolFile;
  const [, payload = ""] = token.split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as object;
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const exp = Math.floor(Date.now() / 1000) + seconds;
  const signed = `${encode({ kid: keys.kid, alg: "RS256" })}.${encode({ ...claims, exp })}`;
  const key = createPrivateKey({ key: keys.privateKey, format: "jwk" });
  return `${signed}.${sign("RSA-SHA256", Buffer.from(signed), key).toString("base64url")}`;
}

async function openConnections(user: User): Promise<number> {
  const [row] = await database.run(async ({ orm }) =>
    orm.execute<{ count: number }>(`select count(*)::integer as count from connections c
      join users u on u.id = c.owner_id and u.email = '${user.email}'`),
  );
  return row?.count ?? 0;
}

const isDenial = (event: Listener["events"][number]) =>
  event.type === "error" && event.error.type === "/problems/unauthenticated";

test("the connections of a revoked key or a disabled user are closed at once, and no other can be opened", async () => {
  const [ada, bob, admin] = await Promise.all([signUp(), signUp(), signUpAdmin()]);
  const scopes = ["read"];
  const [revoked, kept] = [
    await ada.expect("createApiKey", 201, { body: { name: "revoked", scopes } }),
    await ada.expect("createApiKey", 201, { body: { name: "kept", scopes } }),
  ];
  const refused = [await listen(revoked.key ?? ""), await listen(bob.token)];
  const living = [await listen(kept.key ?? ""), await listen(ada.token)];
  await ada.expect("deleteApiKey", 204, { params: { apiKeyId: revoked.id } });
  const { id: userId } = await bob.expect("getMe", 200);
  await admin.expect("updateUser", 200, { params: { userId }, body: { disabled: true } });
  for (const listener of refused) {
    await listener.closed;
    expect(listener.events).toEqual([]);
  }
  // The environment that let them in remembers them.
  await expect(listen(bob.token)).rejects.toThrow("refused");
  await expect(listen(revoked.key ?? "")).rejects.toThrow("refused");
  for (const listener of living) {
    listener.send({ action: "ping" });
    await listener.next(({ type }) => type === "pong");
    listener.close();
  }
});

test("a connection that could not be closed then is closed with its next message", async () => {
  const bob = await signUp();
  const refused = [
    { listener: await listen(bob.token), message: { action: "ping" } },
    { listener: await listen(bob.token), message: { action: "dance" } },
  ];
  await database.run(async ({ orm }) =>
    orm.execute(`update users set disabled_at = now() where email = '${bob.email}'`),
  );
  for (const { listener, message } of refused) {
    listener.send(message);
    expect(await listener.next(isDenial)).toMatchObject({ error: { status: 401 } });
    await listener.closed;
    expect(listener.events).toHaveLength(1);
  }
});

test("of a hundred connections of one user at once ten are open, and they go on hearing", async () => {
  const ada = await signUp();
  const opened = await Promise.all(
    Array.from({ length: 100 }, () => listen(ada.token).catch(() => undefined)),
  );
  const open = opened.flatMap((listener) => listener ?? []);
  expect(open).toHaveLength(10);
  for (const listener of open) {
    listener.send({ action: "ping" });
    await listener.next(({ type }) => type === "pong");
    listener.close();
  }
});

test("a connection hears nothing beyond its token, is told so when it asks, and is closed", async () => {
  const [ada, eve] = [await signUp(), await signUp()];
  const [lasting, hers] = [await listen(ada.token), await listen(eve.token)];
  const token = await briefToken(ada, 5);
  const [silent, pinging, following] = [await listen(token), await listen(token), await listen(token)];
  pinging.send({ action: "ping" });
  await pinging.next(({ type }) => type === "pong");

  const conversationId = await startConversation(ada, { model: "scripted/slow" });
  const { reply } = await ask(ada, conversationId, "Hello");
  await silent.next(({ type }) => type === "reply.delta");
  await sleep(5_500);
  const heard = [silent, pinging, following].map(({ events }) => events.length);

  pinging.send({ action: "ping" });
  following.send({ action: "subscribe", replyId: reply.id, after: 0 });
  for (const listener of [pinging, following]) {
    expect(await listener.next(isDenial)).toMatchObject({ error: { status: 401 } });
    await listener.closed;
  }
  expect(await ended(ada, reply.id)).toMatchObject({ status: "completed" });
  await lasting.next(endOf(reply.id));
  // The one that asked for nothing is closed with the next news of its user.
  await silent.closed;
  const denials = [0, 1, 1];
  expect([silent, pinging, following].map(({ events }) => events.length)).toEqual(
    heard.map((count, at) => count + (denials[at] ?? 0)),
  );
  expect(silent.events.some(endOf(reply.id))).toBe(false);
  await expect.poll(() => openConnections(ada)).toBe(1);
  expect(await openConnections(eve)).toBe(1);
  expect(hers.events).toEqual([]);
  await expect(listen(token)).rejects.toThrow("refused");
  for (const listener of [lasting, hers]) listener.close();
});
