import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "@parley/data/database";
import type { Breach } from "../invariants/check.ts";
import type { ChaosUser, KnownConversation } from "./chaos-user.ts";

const pollEveryMillis = 1_000;
/** What the cache may be behind when it could not be told. */
const staleMillis = 65_000;
const samples = 60;

async function rowsOf<T>(database: Database, query: string): Promise<T[]> {
  return [...(await database.run(async ({ orm }) => orm.execute(query)))] as T[];
}

/** Polls like clients who wait for their answers, until every reply has ended or the time is over. */
export async function drain(database: Database, users: readonly ChaosUser[], millis: number): Promise<void> {
  const until = Date.now() + millis;
  while (Date.now() < until) {
    await Promise.all(users.map((user) => user.poll()));
    const left = await rowsOf(database, "select id from replies where finished_at is null limit 1").catch(
      () => [1],
    );
    if (left.length === 0) return;
    await sleep(pollEveryMillis);
  }
}

interface Known {
  readonly user: ChaosUser;
  readonly conversation: KnownConversation;
}

function known(users: readonly ChaosUser[]): Known[] {
  return users.flatMap((user) =>
    user.conversations.filter(({ isDeleted }) => !isDeleted).map((conversation) => ({ user, conversation })),
  );
}

/** Invariant 10: after any failed or cancelled reply the next message in that conversation succeeds. */
export async function checkNextMessages(database: Database, users: readonly ChaosUser[]): Promise<Breach[]> {
  const broken = await rowsOf<{ id: string }>(
    database,
    "select distinct conversation_id as id from replies where status in ('failed', 'cancelled')",
  );
  const ids = new Set(broken.map(({ id }) => id));
  const chosen = known(users)
    .filter(({ conversation }) => ids.has(conversation.id))
    .slice(0, samples);
  const asked = await Promise.all(
    chosen.map(async ({ user, conversation }) => ({ conversation, reply: await user.ask(conversation) })),
  );
  await drain(database, users, 90_000);
  const completed = await rowsOf<{ id: string; status: string }>(database, "select id, status from replies");
  const status = new Map(completed.map((reply) => [reply.id, reply.status]));
  return asked
    .filter(({ reply }) => !["completed", "incomplete"].includes(status.get(reply ?? "") ?? ""))
    .map(({ conversation, reply }) => ({
      number: 10,
      breach: "the message after a failed or cancelled reply did not succeed",
      id: conversation.id,
      detail: `${reply} is ${status.get(reply ?? "")}`,
    }));
}

/** Faults of the services around it are no faults of Parley's own: none of them may end a reply as `internal`. */
export async function checkOwnFaults(database: Database): Promise<Breach[]> {
  const own = await rowsOf<{ id: string; detail: string }>(
    database,
    "select id, 'attempt ' || attempt as detail from replies where error_code = 'internal'",
  );
  return own.map((reply) => ({
    number: 10,
    breach: "a reply that failed through a fault of Parley's own",
    ...reply,
  }));
}

interface Page {
  data: { id: string; content: string | null; position: number }[];
}

async function isCurrent(database: Database, { user, conversation }: Known): Promise<boolean> {
  const path = `/v1/conversations/${conversation.id}`;
  const one = await user.client.settle({ path });
  const page = await user.client.settle({ path: `${path}/messages` });
  const rows = await rowsOf<{ id: string; content: string | null; position: number }>(
    database,
    `select id, case when not is_deleted then content end as content, position from messages
     where conversation_id = '${conversation.id}' and is_active order by position desc limit 20`,
  );
  const [stored] = await rowsOf<{ version: number }>(
    database,
    `select version from conversations where id = '${conversation.id}'`,
  );
  const seen = (page?.body as unknown as Page | undefined)?.data?.map(({ id, content, position }) => ({
    id,
    content,
    position,
  }));
  const isSameVersion = one?.headers.get("etag")?.includes(`"${stored?.version}"`) === true;
  return (
    isSameVersion &&
    JSON.stringify(seen) ===
      JSON.stringify(rows.map(({ id, content, position }) => ({ id, content, position })))
  );
}

/** Invariant 12: what is read equals what is stored, at the latest when a value's time is over. */
export async function checkReads(database: Database, users: readonly ChaosUser[]): Promise<Breach[]> {
  const until = Date.now() + staleMillis;
  let wrong = known(users).slice(0, samples);
  while (wrong.length > 0 && Date.now() < until) {
    const current = await Promise.all(wrong.map((each) => isCurrent(database, each)));
    wrong = wrong.filter((_, index) => current[index] !== true);
    if (wrong.length > 0) await sleep(2_000);
  }
  return wrong.map(({ conversation }) => ({
    number: 12,
    breach: "a read that is older than 60 s",
    id: conversation.id,
    detail: "conversation or newest page",
  }));
}
