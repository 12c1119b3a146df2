import type { Database } from "@parley/data/database";
import { storedInvariants } from "./stored-invariants.ts";
import type { Told } from "./told.ts";

/** One thing that breaks an invariant. */
export interface Breach {
  readonly number: number;
  readonly breach: string;
  readonly id: string;
  readonly detail: string;
}

interface ReplyFacts {
  id: string;
  message_id: string;
  status: string;
  attempt: number;
  marker: string | null;
}

const maxRows = 20;

async function rowsOf<T>(database: Database, query: string): Promise<T[]> {
  return [...(await database.run(async ({ orm }) => orm.execute(query)))] as T[];
}

async function checkStored(database: Database): Promise<Breach[]> {
  const breaches: Breach[] = [];
  for (const { number, breach, query } of storedInvariants) {
    const rows = await rowsOf<{ id: string; detail: string }>(
      database,
      `select * from (${query}) as broken limit ${maxRows}`,
    );
    breaches.push(...rows.map(({ id, detail }) => ({ number, breach, id, detail })));
  }
  return breaches;
}

function checkAsks(told: Told, replies: ReadonlyMap<string, ReplyFacts>): Breach[] {
  const breaches: Breach[] = [];
  const byKey = new Map<string, string>();
  const asked = new Map<string, Set<string>>();
  for (const { key, messageId, replyId } of told.asks) {
    if (replies.get(replyId)?.message_id !== messageId) {
      breaches.push({
        number: 7,
        breach: "an acknowledged question is gone",
        id: replyId,
        detail: messageId,
      });
    }
    const ids = `${messageId} ${replyId}`;
    const earlier = byKey.get(key) ?? ids;
    byKey.set(key, earlier);
    if (earlier !== ids) {
      breaches.push({ number: 7, breach: "one key, two results", id: key, detail: `${earlier}, ${ids}` });
    }
    asked.set(messageId, (asked.get(messageId) ?? new Set()).add(replyId));
  }
  if (told.unknownAsks.size > 0) return breaches;
  for (const { id, message_id } of replies.values()) {
    if (asked.get(message_id)?.has(id)) continue;
    breaches.push({ number: 1, breach: "a reply that nobody asked for", id, detail: message_id });
  }
  return breaches;
}

function checkEndings(told: Told, replies: ReadonlyMap<string, ReplyFacts>): Breach[] {
  const breaches: Breach[] = [];
  for (const [id, status] of told.endings) {
    const now = replies.get(id)?.status ?? "gone";
    if (now === status) continue;
    breaches.push({
      number: 4,
      breach: "an ending that was told changed",
      id,
      detail: `${status} to ${now}`,
    });
  }
  for (const id of told.cancelled) {
    const now = replies.get(id)?.status ?? "gone";
    if (now === "cancelled") continue;
    breaches.push({ number: 4, breach: "an acknowledged cancel did not stay", id, detail: now });
  }
  for (const id of told.deadLetters) {
    const now = replies.get(id)?.status ?? "gone";
    if (["failed", "completed", "incomplete", "cancelled"].includes(now)) continue;
    breaches.push({ number: 13, breach: "a dead letter whose reply did not end", id, detail: now });
  }
  return breaches;
}

function checkCalls(told: Told, replies: Iterable<ReplyFacts>): Breach[] {
  const attempts = new Map<string, number>();
  for (const { marker, attempt } of replies) {
    if (marker !== null) attempts.set(marker, (attempts.get(marker) ?? 0) + attempt);
  }
  return [...told.calls]
    .filter(([marker, calls]) => calls > (attempts.get(marker) ?? 0))
    .map(([marker, calls]) => ({
      number: 15,
      breach: "more calls of the model than attempts",
      id: marker,
      detail: `${calls} calls, ${attempts.get(marker) ?? 0} attempts`,
    }));
}

/** Another is bought only where the buyer of the one before died with its id. */
function checkPurchases({ purchases }: Told): Breach[] {
  const known = [...purchases].filter(([, { isKnown }]) => isKnown);
  const bought = new Map<string, number>();
  for (const [, { marker }] of known) bought.set(marker, (bought.get(marker) ?? 0) + 1);
  const twice = [...bought].filter(([, times]) => times > 1);
  const left = known.filter(([, { isKept }]) => isKept);
  return [
    ...twice.map(([id, times]) => ({
      number: 18,
      breach: "an answer that was bought more than once",
      id,
      detail: `${times} times`,
    })),
    ...left.map(([id, { marker }]) => ({
      number: 18,
      breach: "an answer that its provider was not told to forget",
      id,
      detail: marker,
    })),
  ];
}

/** Everything that breaks an invariant, in what is stored and in what clients were told. Rest must have come. */
export async function findBreaches(database: Database, told: Told): Promise<Breach[]> {
  const facts = await rowsOf<ReplyFacts>(
    database,
    `select r.id, r.message_id, r.status, r.attempt, substring(m.content from 'm:[a-z0-9]+') as marker
     from replies r join messages m on m.owner_id = r.owner_id and m.id = r.message_id`,
  );
  const replies = new Map(facts.map((reply) => [reply.id, reply]));
  const wrong = told.wrongAnswers.map((answer) => ({ ...answer, breach: "a wrong answer to a client" }));
  return [
    ...(await checkStored(database)),
    ...checkAsks(told, replies),
    ...checkEndings(told, replies),
    ...checkCalls(told, facts),
    ...checkPurchases(told),
    ...wrong,
  ];
}
