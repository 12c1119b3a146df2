import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { beginAccountDeletion } from "./account-deletion.ts";
import { eraseRows } from "./account-erasure.ts";
import { type Database, openDatabase } from "./database.ts";
import { DatabaseUnavailable } from "./database-errors.ts";
import { newId } from "./ids.ts";
import { createSystemPrompt, updateSystemPrompt } from "./system-prompt-changes.ts";
import { openScene, type Scene } from "./testing/scene.fixture.ts";

let scene: Scene;
let others: Database[];
beforeAll(async () => {
  scene = await openScene();
  others = [openDatabase(scene.url), openDatabase(scene.url)];
});
afterAll(async () => {
  for (const database of others) await database.close();
  await scene.close();
});

async function untilWaiting(count: number): Promise<void> {
  const waiting = `select count(*)::integer as count from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`;
  while ((await scene.rows<{ count: number }>(waiting))[0]?.count !== count) await sleep(5);
}

test("two requests that wait for each other's locks are both done", async () => {
  const { id: ownerId } = await scene.person();
  // In the order in which they are erased, whether that is the table's or the index's.
  const [systemPromptId = "", held = ""] = [newId(), newId()].sort();
  for (const promptId of [systemPromptId, held]) {
    const texts = {
      name: "Pirate",
      content: "Talk like a pirate.",
      visibility: "private",
      isDefault: false,
      mayPublish: true,
    } as const;
    await createSystemPrompt(scene.database, { ownerId, systemPromptId: promptId, ...texts });
  }
  await beginAccountDeletion(scene.database, { ownerId, username: "name" });
  const [deleting, changing] = others as [Database, Database];
  const holder = openDatabase(scene.url);
  const locked = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const holding = holder.run(({ orm }) =>
    orm.transaction(async (transaction) => {
      await transaction.execute(sql`select from system_prompts where id = ${held} for update`);
      locked.resolve();
      await released.promise;
    }),
  );
  await locked.promise;
  // It has deleted the first prompt, and waits for the other; then it wants the user.
  const erased = eraseRows(deleting, ownerId, "system_prompts", 100);
  await untilWaiting(1);
  // It has the user, and waits for the first prompt.
  const asker = { ownerId, systemPromptId, isAdmin: false, requestId: "q", expectedVersion: undefined };
  const changed = updateSystemPrompt(changing, { ...asker, isDefault: true, mayPublish: true });
  await untilWaiting(2);
  released.resolve();
  await holding;
  expect((await erased)?.count).toBe(3);
  expect(["not_found", systemPromptId]).toContain(
    await changed.then((answer) => (typeof answer === "string" ? answer : answer.id)),
  );
  expect(
    await scene.rows(`select from pg_stat_database where datname = current_database() and deadlocks = 0`),
  ).toEqual([]);
  await holder.close();
});

test.each(["40001", "40P01"])(
  "what the server rolls back (%s) is tried once more, on the same connection",
  async (code) => {
    await scene.rows(`create sequence failures_${code}`);
    async function failing(times: number): Promise<number> {
      const raise = `do $$ begin if nextval('failures_${code}') % 10 <= ${times}
      then raise exception using errcode = '${code}'; end if; end $$`;
      await scene.rows(`select setval('failures_${code}', 10)`);
      await scene.database.run(({ orm }) => orm.execute(raise));
      const [next] = await scene.rows<{ value: number }>(
        `select nextval('failures_${code}')::integer as value`,
      );
      return (next?.value ?? 0) - 11;
    }
    const pid = () => scene.rows("select pg_backend_pid() as pid");
    const before = await pid();
    expect(await failing(1)).toBe(2);
    await expect(failing(2)).rejects.toBeInstanceOf(DatabaseUnavailable);
    expect(await pid()).toEqual(before);
  },
);

// It takes some ten thousand refusals at once to meet it: Postgres looks at one that is just being undone.
test.each([
  { routine: "MultiXactIdCreateFromMembers", times: 2, isAway: true },
  { routine: "other", times: 1, isAway: false },
])("an internal error of $routine is tried $times times", async ({ routine, times, isAway }) => {
  const undone = Object.assign(new Error("new multixact has more than one updating member"), {
    name: "PostgresError",
    code: "XX000",
    routine,
  });
  let failures = 0;
  const failing = (most: number) =>
    scene.database.run(async ({ orm }) => {
      if (failures++ < most) throw undone;
      return orm.execute("select 1 as one");
    });
  const error: unknown = await failing(2).catch((thrown: unknown) => thrown);
  expect([failures, error instanceof DatabaseUnavailable]).toEqual([times, isAway]);
  failures = 0;
  if (isAway) expect(await failing(1)).toEqual([{ one: 1 }]);
});

test("a statement whose function is being replaced is tried once more; one that has no function fails for good", async () => {
  const calling = scene.database.run(({ orm }) => orm.execute("select appears()"));
  await expect(calling).rejects.not.toBeInstanceOf(DatabaseUnavailable);
  await scene.rows("create sequence lacking");
  const raise = `do $$ begin if nextval('lacking') = 1
    then raise exception using errcode = '42883'; end if; end $$`;
  await scene.database.run(({ orm }) => orm.execute(raise));
  expect(await scene.rows("select last_value::integer as value from lacking")).toEqual([{ value: 2 }]);
});
