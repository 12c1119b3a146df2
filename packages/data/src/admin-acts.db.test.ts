import { afterAll, beforeAll, expect, test } from "vitest";
import { retryReply } from "./admin-replies.ts";
import { grantTokens, setDisabled } from "./admin-users.ts";
import { type Database, openDatabase } from "./database.ts";
import { newId } from "./ids.ts";
import { failReply } from "./reply-jobs.ts";
import { openScene, type Person, replyOf, type Scene } from "./testing/scene.fixture.ts";

let scene: Scene;
let admin: Person;
let ada: Person;
let other: Database;

beforeAll(async () => {
  scene = await openScene();
  other = openDatabase(scene.url);
  [admin, ada] = [await scene.person(), await scene.person()];
});

afterAll(async () => {
  await other.close();
  await scene.close();
});

const by = (userId: string) => ({ adminId: admin.id, userId, requestId: "r1" });
const actions = (userId: string) =>
  scene.rows<{ action: string }>(
    `select action from admin_actions where user_id = '${userId}' order by created_at`,
  );

test("a user is disabled and enabled once, and each change is recorded", async () => {
  const person = await scene.person();
  const set = (disabled: boolean, database = scene.database) =>
    setDisabled(database, { ...by(person.id), disabled });
  expect((await Promise.all([set(true), set(true, other)])).map(({ outcome }) => outcome).sort()).toEqual([
    "changed",
    "unchanged",
  ]);
  expect(await set(false)).toMatchObject({ outcome: "changed", user: { id: person.id, disabledAt: null } });
  expect((await actions(person.id)).map(({ action }) => action)).toEqual(["user.disabled", "user.enabled"]);
  expect(await setDisabled(scene.database, { ...by(newId()), disabled: true })).toEqual({
    outcome: "not_found",
  });
});

test("a grant that is repeated is given once, and a refused one does not use up its key", async () => {
  const person = await scene.person();
  const request = { amount: 7, reason: "thanks", idempotencyKey: newId(), idempotencyFingerprint: "same" };
  const grant = (change: object = {}, database = scene.database) =>
    grantTokens(database, { ...by(person.id), ...request, entryId: newId(), ...change });
  expect(await grant({ userId: newId() })).toEqual({ outcome: "not_found" });
  const racing = await Promise.all([grant(), grant({}, other)]);
  expect(racing.map(({ outcome }) => outcome).sort()).toEqual(["granted", "replayed"]);
  expect(racing[0]).toMatchObject({ entry: { amount: 7, kind: "grant" } });
  expect(await grant({ idempotencyFingerprint: "other" })).toEqual({ outcome: "mismatch" });
  expect((await actions(person.id)).map(({ action }) => action)).toEqual(["tokens.granted"]);
});

test("a failed reply is asked again once, and a repetition is answered with that", async () => {
  const { id: failedReplyId } = replyOf(await ada.send());
  const key = { replyIdempotencyKey: newId(), replyIdempotencyFingerprint: "same" };
  const retry = (change: object = {}, database = scene.database) =>
    retryReply(database, {
      models: { "scripted/echo": { contextTokens: 10_000, maxOutputTokens: 1_000, priceFlat: 100 } },
      ...{
        defaultModel: "scripted/echo",
        ratePerSecond: 0,
        rateBurst: 3,
        ratePerMinute: 0,
        deadlineSeconds: 600,
      },
      ...{ ...by(ada.id), ownerId: ada.id, failedReplyId, replyId: newId() },
      ...change,
    } as Parameters<typeof retryReply>[1]);
  expect(await retry()).toEqual({ outcome: "not_failed", status: "queued" });
  await failReply(scene.database, {
    ...{ ownerId: ada.id, replyId: failedReplyId },
    ...{ errorCode: "internal_error", errorMessage: "Failed." },
  });
  expect(await retry({ ownerId: admin.id })).toEqual({ outcome: "not_found" });
  const racing = await Promise.all([retry(key), retry(key, other)]);
  expect(racing.map(({ outcome }) => outcome).sort()).toEqual(["replayed", "sent"]);
  expect(await retry()).toMatchObject({ outcome: "asked_since" });
  expect((await actions(ada.id)).map(({ action }) => action)).toEqual(["reply.retried"]);
});
