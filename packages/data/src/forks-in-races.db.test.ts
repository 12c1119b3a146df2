import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "./database.ts";
import { forkConversation } from "./forks.ts";
import { newId } from "./ids.ts";
import { listMessages } from "./messages.ts";
import { pinNote } from "./note-pins.ts";
import { createNote, deleteNote } from "./notes.ts";
import { openScene, type Person, type Scene, unexplained } from "./testing/scene.fixture.ts";

let scene: Scene;
let other: Database;
beforeAll(async () => {
  scene = await openScene();
  other = openDatabase(scene.url);
});
afterAll(async () => {
  await other.close();
  expect(await scene.rows(unexplained)).toEqual([]);
  await scene.close();
});

/** A database whose statements are counted. */
function counting() {
  const statements: string[] = [];
  const database = openDatabase(scene.url, { onStatement: (text) => statements.push(text) });
  return { database, times: (words: string) => statements.filter((text) => text.includes(words)).length };
}

async function untilWaiting(count: number): Promise<void> {
  const waiting = `select count(*)::integer as count from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`;
  while ((await scene.rows<{ count: number }>(waiting))[0]?.count !== count)
    await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Does `meanwhile`, and what it gives in a transaction that has the user's row locked throughout. */
async function whileLocked(who: Person, meanwhile: () => Promise<void>, change = "select 1") {
  const holder = openDatabase(scene.url);
  await holder.run(({ orm }) =>
    orm.transaction(async (transaction) => {
      await transaction.execute(sql.raw(`select from users where id = '${who.id}' for no key update`));
      await meanwhile();
      await transaction.execute(sql.raw(change));
    }),
  );
  await holder.close();
}

const forking = (who: Person, sourceMessageId: string, database = other) =>
  forkConversation(database, {
    ...{ ownerId: who.id, sourceId: who.conversationId, sourceMessageId },
    ...{ include: true, conversationId: newId() },
  });

async function imported(who: Person, contents: readonly string[]) {
  const ids: string[] = [];
  for (const content of contents) {
    const sent = await who.send({ content, role: "assistant" });
    if (!("message" in sent) || sent.message === undefined) throw new Error(sent.outcome);
    ids.push(sent.message.id);
  }
  return ids;
}

test("a fork beside an edit has one moment's texts, and beside a deletion is refused or has what was there", async () => {
  const [ada, eve] = [await scene.person(), await scene.person()];
  await imported(eve, ["Hers"]);
  const [first = "", last = ""] = await imported(ada, ["One", "Two"]);
  const own = `owner_id = '${ada.id}' and id`;
  // It has read the message that it is to end with, and waits for its owner.
  let beside: ReturnType<typeof forking> | undefined;
  const begin = async () => {
    beside = forking(ada, last);
    await untilWaiting(1);
  };
  await whileLocked(
    ada,
    begin,
    `update messages set content = content || ', edited' where ${own} in ('${first}', '${last}')`,
  );
  const made = await beside;
  if (made === undefined || !("conversation" in made)) throw new Error(made?.outcome);
  const page = await listMessages(scene.database, ada.id, made.conversation.id, {
    ...{ order: "asc", limit: 10, versions: "all" },
  });
  expect(page?.rows.map(({ content }) => content)).toEqual(["One, edited", "Two, edited"]);
  await whileLocked(ada, begin, `update messages set is_deleted = true where ${own} = '${last}'`);
  expect(await beside).toEqual({ outcome: "point_deleted" });
  const count = `select count(*)::int as n from conversations where owner_id`;
  expect(await scene.rows(`${count} = '${ada.id}'`)).toEqual([{ n: 2 }]);
  expect(await scene.rows(`${count} = '${eve.id}'`)).toEqual([{ n: 1 }]);
});

test("a fork and the deletion of a note that it pins do not wait for each other", async () => {
  const ada = await scene.person();
  const [message = ""] = await imported(ada, ["One"]);
  const noteId = newId();
  await createNote(scene.database, { ownerId: ada.id, noteId, content: "A note" });
  const pin = { ownerId: ada.id, conversationId: ada.conversationId, noteId };
  expect(await pinNote(scene.database, pin)).toBe("pinned");
  const [forks, deletes] = [counting(), counting()];
  const done: Promise<unknown>[] = [];
  await whileLocked(ada, async () => {
    done.push(forking(ada, message, forks.database));
    await untilWaiting(1);
    done.push(deleteNote(deletes.database, ada.id, noteId, undefined));
    await untilWaiting(2);
  });
  expect(await Promise.all(done)).toMatchObject([{ outcome: "created" }, true]);
  // What Postgres undoes is done again, a second later.
  expect([forks.times("fork_conversation"), deletes.times("delete from")]).toEqual([1, 1]);
  expect(await scene.rows(`select from conversation_notes where owner_id = '${ada.id}'`)).toEqual([]);
  await forks.database.close();
  await deletes.database.close();
});
