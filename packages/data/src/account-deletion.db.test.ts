import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { beginAccountDeletion, cancelSomeReplies, finishAccountDeletion } from "./account-deletion.ts";
import { eraseRows } from "./account-erasure.ts";
import { erasedTables } from "./owned-tables.ts";
import { type FullAccount, fullAccount, mentions } from "./testing/full-account.fixture.ts";
import { openScene, type Scene, unexplained } from "./testing/scene.fixture.ts";
import { resolveUser } from "./users.ts";

let scene: Scene;
let eve: FullAccount;

beforeAll(async () => {
  scene = await openScene();
  eve = await fullAccount(scene);
});

afterAll(async () => {
  await scene.close();
});

const begin = (ownerId: string, expectedVersion?: number) =>
  beginAccountDeletion(scene.database, { ownerId, username: "name", expectedVersion });

async function eraseAll(ownerId: string, limit = 1_000) {
  for (const table of erasedTables) {
    while (((await eraseRows(scene.database, ownerId, table, limit))?.count ?? 0) > 0);
  }
}

async function deleteAccount(ownerId: string, limit?: number) {
  await begin(ownerId);
  await cancelSomeReplies(scene.database, ownerId);
  await eraseAll(ownerId, limit);
  return finishAccountDeletion(scene.database, ownerId);
}

async function subOf(ownerId: string): Promise<string> {
  const [row] = await scene.rows<{ sub: string }>(
    `select cognito_sub as sub from users where id = '${ownerId}'`,
  );
  return row?.sub ?? "";
}

it("leaves nothing of the user in any table, and everything of others", async () => {
  const ada = await fullAccount(scene);
  const before = await mentions(scene, ada.id);
  const optional = ["message_embeddings", "note_embeddings"];
  // A table that the account has no row in would prove nothing.
  expect(Object.keys(before)).toEqual(
    expect.arrayContaining(erasedTables.filter((name) => !optional.includes(name))),
  );
  const hers = await mentions(scene, eve.id);
  const sub = await subOf(ada.id);

  const erased = await deleteAccount(ada.id);
  expect(erased).toMatchObject({ users: 1, conversations: 1, messages: 3, replies: 2, notes: 1 });
  expect(await mentions(scene, ada.id)).toEqual({});
  expect(await mentions(scene, sub)).toEqual({});
  expect(await mentions(scene, "For Ada")).toEqual({ admin_actions: 1 });
  expect(await mentions(scene, eve.id)).toEqual(hers);
});

it("keeps the ledger's amounts under a pseudonym, and they still add up", async () => {
  const ada = await fullAccount(scene);
  const ledger = (owner: string) =>
    scene.rows<{ kind: string; amount: string; balance: string }>(
      `select kind, amount, balance from token_ledger where owner_id = '${owner}' order by ordinal`,
    );
  const held = await ledger(ada.id);
  const [{ pseudonym } = { pseudonym: "" }] = await (async () => {
    await begin(ada.id);
    return scene.rows<{ pseudonym: string }>(
      `select deletion->>'pseudonym' as pseudonym from users where id = '${ada.id}'`,
    );
  })();
  await deleteAccount(ada.id, 2);
  const kept = await ledger(pseudonym);
  expect(pseudonym).toMatch(/^deleted-[0-9a-f-]{36}$/);
  expect(kept.slice(0, held.length)).toEqual(held);
  // The reply that waited was cancelled, and its hold released.
  expect(kept.at(-1)).toMatchObject({ kind: "release" });
  expect(await scene.rows(unexplained)).toEqual([]);
});

it("refuses the user's tokens from the first step on, but for going on", async () => {
  const ada = await fullAccount(scene);
  const sub = await subOf(ada.id);
  await begin(ada.id);
  expect(await resolveUser(scene.database, { sub }, 0)).toMatchObject({
    outcome: "leaving",
    user: { id: ada.id },
  });
  expect(await ada.send()).toEqual({ outcome: "disabled" });
  await deleteAccount(ada.id);
  expect(await resolveUser(scene.database, { sub }, 0)).toEqual({ outcome: "deleted" });
  const hash = createHash("sha256").update(sub).digest("hex");
  const [tombstone] = await scene.rows<{ hours: number }>(`
    select extract(epoch from expires_at - now())::float8 / 3600 as hours from deleted_subjects
    where subject_hash = '${hash}'`);
  expect(tombstone?.hours).toBeCloseTo(25, 1);
});

it("can be broken off anywhere, taken up again, and raced", async () => {
  const ada = await fullAccount(scene);
  for (let count = 0; count < 4; count++) await ada.send({ content: `More ${count}`, replyTo: undefined });
  await begin(ada.id);
  await cancelSomeReplies(scene.database, ada.id);
  await eraseRows(scene.database, ada.id, "replies", 2);
  const answers = await Promise.all([
    deleteAccount(ada.id, 1),
    deleteAccount(ada.id, 3),
    deleteAccount(ada.id, 2),
  ]);
  const done = answers.filter((answer) => answer !== undefined);
  expect(done).toHaveLength(1);
  expect(done[0]).toMatchObject({ messages: 7, replies: 6, users: 1 });
  expect(await mentions(scene, ada.id)).toEqual({});
  expect(await begin(ada.id)).toEqual({ outcome: "not_found" });
});

it("begins for who has seen the present version alone, and goes on for whoever asks", async () => {
  const ada = await fullAccount(scene);
  const before = await mentions(scene, ada.id);
  const hers = await mentions(scene, eve.id);
  const present = async () => {
    const [row] = await scene.rows<{ version: number }>(`select version from users where id = '${ada.id}'`);
    return row?.version ?? 0;
  };
  const version = await present();
  expect(await begin(ada.id, version - 1)).toEqual({ outcome: "stale" });
  expect(await ada.send()).not.toEqual({ outcome: "disabled" });
  // The send has changed the version, in between as it were.
  expect(await begin(ada.id, version)).toEqual({ outcome: "stale" });
  expect(Object.keys(await mentions(scene, ada.id))).toEqual(Object.keys(before));
  const later = await present();
  expect(await begin(ada.id, later)).toMatchObject({ outcome: "begun", erased: {} });
  expect(await begin(ada.id, later)).toMatchObject({ outcome: "begun" });
  await deleteAccount(ada.id);
  expect(await begin(ada.id, later)).toEqual({ outcome: "not_found" });
  expect(await mentions(scene, eve.id)).toEqual(hers);
});

it("erases nothing of an account whose owner has not asked for it", async () => {
  const before = await mentions(scene, eve.id);
  expect(await eraseRows(scene.database, eve.id, "messages", 100)).toBeUndefined();
  expect(await finishAccountDeletion(scene.database, eve.id)).toBeUndefined();
  expect(await mentions(scene, eve.id)).toEqual(before);
});
