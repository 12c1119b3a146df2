import { createCache } from "@parley/cache/create-cache";
import type { Database } from "@parley/data/database";
import { type FullAccount, fullAccount, mentions } from "@parley/data/testing/full-account.fixture";
import { openScene, type Scene, unexplained } from "@parley/data/testing/scene.fixture";
import { captureLog } from "@parley/http/testing/capture-log";
import { type ErasingDependencies, eraseAccount } from "@parley/identity/erase-account";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { sweepDeletions } from "./sweep-deletions.ts";

let scene: Scene;
let eve: FullAccount;
let signInsDeleted: string[] = [];

captureLog();

beforeAll(async () => {
  scene = await openScene();
  eve = await fullAccount(scene);
});
beforeEach(() => {
  signInsDeleted = [];
});
afterAll(async () => {
  expect(await scene.rows(unexplained)).toEqual([]);
  await scene.close();
});

function dependenciesOn(database: Database, change: Partial<ErasingDependencies> = {}): ErasingDependencies {
  return {
    database,
    cache: createCache({ cacheName: "none" }),
    realtime: { disconnect: async () => {} },
    deleteSignIn: async (username) => void signInsDeleted.push(username),
    ...change,
  };
}

class Killed extends Error {}

/** The database of a function that is killed when it has made so many statements. */
function mortal(statements: number): Database {
  let left = statements;
  return {
    ...scene.database,
    run: (work) => (left-- > 0 ? scene.database.run(work) : Promise.reject(new Killed())),
  };
}

/** As if the last request for any deletion were that long ago. */
async function wait(minutes: number): Promise<void> {
  await scene.rows(
    `update users set updated_at = updated_at - interval '${minutes} minutes' where deletion is not null`,
  );
}

const always = () => true;

test("a deletion that is killed behind any of its statements is finished, with its sign-in, and nothing of others", async () => {
  // Where search goes on reading is one row for all users, which each new account of this test takes over.
  const ofEve = async () => ({ ...(await mentions(scene, eve.id)), search_progress: undefined });
  const hers = await ofEve();
  let wasKilled = true;
  for (let statements = 1; wasKilled; statements++) {
    signInsDeleted = [];
    const ada = await fullAccount(scene);
    const dependencies = dependenciesOn(mortal(statements));
    const account = { ownerId: ada.id, username: `ada-${statements}` };
    const attempt = eraseAccount(dependencies, account, always).catch((error: unknown) => error);
    wasKilled = (await attempt) instanceof Killed;
    await wait(6);
    const swept = await sweepDeletions(dependenciesOn(scene.database), always);
    expect(swept).toEqual({ finishedDeletions: wasKilled ? 1 : 0, unfinishedDeletions: 0 });
    expect(new Set(signInsDeleted)).toEqual(new Set([account.username]));
    expect(await mentions(scene, ada.id)).toEqual({});
    expect(statements).toBeLessThan(100);
  }
  expect(await ofEve()).toEqual(hers);
});

test("one that its owner may be going on with is left alone", async () => {
  const ada = await fullAccount(scene);
  await eraseAccount(dependenciesOn(mortal(4)), { ownerId: ada.id, username: "ada" }, always).catch(() => {});
  await wait(4);
  expect(await sweepDeletions(dependenciesOn(scene.database), always)).toMatchObject({
    finishedDeletions: 0,
  });
  expect(await mentions(scene, ada.id)).not.toEqual({});
  await wait(2);
  expect(await sweepDeletions(dependenciesOn(scene.database), always)).toMatchObject({
    finishedDeletions: 1,
  });
});

test("a sign-in that Cognito keeps, or a lack of time, leaves the account for the next sweep and the others not", async () => {
  const [ada, bob] = [await fullAccount(scene), await fullAccount(scene)];
  for (const { id } of [ada, bob]) {
    await eraseAccount(dependenciesOn(mortal(3)), { ownerId: id, username: id }, always).catch(() => {});
  }
  await wait(6);
  expect(await sweepDeletions(dependenciesOn(scene.database), () => false)).toEqual({
    finishedDeletions: 0,
    unfinishedDeletions: 2,
  });
  const refusing = dependenciesOn(scene.database, {
    deleteSignIn: async (username) => {
      if (username === ada.id) throw new Error("Too many requests");
    },
  });
  const swept = await sweepDeletions(refusing, always);
  expect(swept).toEqual({ finishedDeletions: 1, unfinishedDeletions: 1 });
  expect(await mentions(scene, bob.id)).toEqual({});
  await wait(6);
  expect(await sweepDeletions(dependenciesOn(scene.database), always)).toMatchObject({
    finishedDeletions: 1,
  });
  expect(signInsDeleted).toEqual([ada.id]);
});
