import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  countApiKeys,
  createApiKey,
  listApiKeys,
  type NewApiKey,
  purgeApiKeys,
  resolveApiKey,
  revokeApiKey,
} from "./api-keys.ts";
import { newId } from "./ids.ts";
import { openScene, type Person, type Scene } from "./testing/scene.fixture.ts";

let scene: Scene;
let ada: Person;
let eve: Person;

beforeAll(async () => {
  scene = await openScene();
  [ada, eve] = await Promise.all([scene.person(), scene.person()]);
});

afterAll(async () => {
  await scene.close();
});

const hashOf = (text: string) => createHash("sha256").update(text).digest("hex");
const resolve = (hash: string) => resolveApiKey(scene.database, hash, 0);

async function make(owner: Person, change: Partial<NewApiKey> = {}) {
  const key: NewApiKey = {
    ownerId: owner.id,
    apiKeyId: newId(),
    name: "Script",
    hash: hashOf(newId()),
    hint: "parley_abcdef",
    scopes: ["read"],
    expiresAt: null,
    ...change,
  };
  return { key, created: await createApiKey(scene.database, key) };
}

it("resolves a key to its owner and what it may do", async () => {
  const { key, created } = await make(ada, { scopes: ["read", "write"] });
  const { key: hers } = await make(eve);
  expect(created).toMatchObject({ outcome: "created", apiKey: { id: key.apiKeyId, revokedAt: null } });
  expect(await resolve(key.hash)).toEqual({
    outcome: "active",
    user: { id: ada.id },
    key: { scopes: ["read", "write"], expiresAt: null },
  });
  expect(await resolve(hers.hash)).toMatchObject({ user: { id: eve.id } });
});

it("refuses a key that is unknown, or only begins like a known one", async () => {
  const { key } = await make(ada);
  expect(await resolve(hashOf("nobody's"))).toEqual({ outcome: "refused" });
  const alike = `${key.hash.slice(0, 16)}${"0".repeat(48)}`;
  expect(await resolve(alike)).toEqual({ outcome: "refused" });
});

it("refuses a key once it is revoked, which only its owner can do", async () => {
  const { key } = await make(ada);
  expect(await revokeApiKey(scene.database, eve.id, key.apiKeyId)).toBeUndefined();
  expect(await resolve(key.hash)).toMatchObject({ outcome: "active" });
  expect(await revokeApiKey(scene.database, ada.id, key.apiKeyId)).toEqual([]);
  expect(await resolve(key.hash)).toEqual({ outcome: "refused" });
  expect(await revokeApiKey(scene.database, ada.id, key.apiKeyId)).toBeUndefined();
});

it("refuses a key that has expired, and knows when one will", async () => {
  const expiresAt = new Date(Date.now() + 60_000).toISOString();
  const { key } = await make(ada, { expiresAt });
  expect(await resolve(key.hash)).toMatchObject({ key: { expiresAt: new Date(expiresAt) } });
  await scene.rows(
    `update api_keys set expires_at = now() - interval '1 second' where id = '${key.apiKeyId}'`,
  );
  expect(await resolve(key.hash)).toEqual({ outcome: "refused" });
});

it("says so of a disabled owner", async () => {
  const person = await scene.person();
  const { key } = await make(person);
  await scene.rows(`update users set disabled_at = now() where id = '${person.id}'`);
  expect(await resolve(key.hash)).toMatchObject({ outcome: "disabled" });
});

it("notes the use of a key, at most once a minute", async () => {
  const { key } = await make(ada);
  const usedAt = async () => {
    const rows = await scene.rows<{ at: Date | null }>(
      `select last_used_at as at from api_keys where id = '${key.apiKeyId}'`,
    );
    return rows[0]?.at ?? null;
  };
  expect(await usedAt()).toBeNull();
  await resolve(key.hash);
  const first = await usedAt();
  expect(first).not.toBeNull();
  await resolve(key.hash);
  expect(await usedAt()).toEqual(first);
  await scene.rows(
    `update api_keys set last_used_at = now() - interval '61 seconds' where id = '${key.apiKeyId}'`,
  );
  const earlier = await usedAt();
  await resolve(key.hash);
  expect(await usedAt()).not.toEqual(earlier);
});

it("lists an owner's keys page by page, without hashes and without revoked ones", async () => {
  const person = await scene.person();
  const made = [];
  for (const name of ["one", "two", "three"]) made.push((await make(person, { name })).key);
  await revokeApiKey(scene.database, person.id, made[1]?.apiKeyId ?? "");
  const [newest] = await listApiKeys(scene.database, person.id, { order: "desc", limit: 1 });
  expect(newest).toMatchObject({ name: "three" });
  expect(newest).not.toHaveProperty("hash");
  expect(newest).not.toHaveProperty("lookup");
  const after = { key: newest?.sortKey ?? "", id: newest?.id ?? "" };
  const rest = await listApiKeys(scene.database, person.id, { order: "desc", limit: 5, after });
  expect(rest.map(({ name }) => name)).toEqual(["one"]);
  expect(await countApiKeys(scene.database, person.id)).toBe(2);
});

it("answers a repeated request with the key it made, even once that is revoked", async () => {
  const idempotency = { idempotencyKey: newId(), idempotencyFingerprint: "same" };
  const { key } = await make(ada, idempotency);
  await revokeApiKey(scene.database, ada.id, key.apiKeyId);
  expect((await make(ada, idempotency)).created).toMatchObject({
    outcome: "replayed",
    apiKey: { id: key.apiKeyId },
  });
  const other = await make(ada, { ...idempotency, idempotencyFingerprint: "other" });
  expect(other.created).toEqual({ outcome: "mismatch" });
  expect((await make(eve, idempotency)).created).toMatchObject({ outcome: "created" });
});

it("makes no more than the most, which a refused request does not use up", async () => {
  const person = await scene.person();
  await scene.rows(`insert into api_keys (id, owner_id, name, hash, lookup, hint, scopes)
    select 'k' || n, '${person.id}', 'k', md5('${person.id}' || n), md5('${person.id}' || n), 'h', '[]'
    from generate_series(1, 99) as n`);
  const idempotency = { idempotencyKey: newId(), idempotencyFingerprint: "same" };
  const racing = await Promise.allSettled([make(person), make(person)]);
  expect(racing.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  await expect(make(person, idempotency)).rejects.toMatchObject({
    name: "StorageFull",
    kind: "apiKeys",
    limit: 100,
  });
  await revokeApiKey(scene.database, person.id, "k1");
  expect((await make(person, idempotency)).created).toMatchObject({ outcome: "created" });
});

it("forgets keys that were revoked long ago, and no others", async () => {
  const [old, recent, present] = [(await make(eve)).key, (await make(eve)).key, (await make(eve)).key];
  for (const { apiKeyId } of [old, recent]) await revokeApiKey(scene.database, eve.id, apiKeyId);
  await scene.rows(
    `update api_keys set revoked_at = now() - interval '31 days' where id = '${old.apiKeyId}'`,
  );
  expect(await purgeApiKeys(scene.database, 10)).toBe(1);
  const left = await scene.rows<{ id: string }>(`select id from api_keys where owner_id = '${eve.id}'`);
  expect(left.map(({ id }) => id)).toEqual(expect.arrayContaining([recent.apiKeyId, present.apiKeyId]));
  expect(left.map(({ id }) => id)).not.toContain(old.apiKeyId);
});
