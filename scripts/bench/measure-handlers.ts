// Each hot handler beside the statement that it runs, at two distances of the database; and how they grow.
import { openDatabase } from "@parley/data/database";
import { newId } from "@parley/data/ids";
import { createConversation } from "@parley/data/send-message";
import { resolveUser } from "@parley/data/users";
import type { ApiEvent } from "@parley/http/create-api";
import postgres from "postgres";
import { analyze } from "./analyze.ts";
import { type Child, startChild } from "./child.ts";
import { httpEvent, invocation } from "./http-event.ts";
import type { Row } from "./report.ts";
import { keepRunning } from "./running-reply.ts";
import { hotApi, unlimited } from "./scene.ts";
import { seedConversations, seedMessages } from "./seed.ts";
import type { ProxyReady } from "./serve-delay-proxy.ts";
import { medians } from "./statistics.ts";

const { DATABASE_URL = "", MOMENTO_ENDPOINT = "", BENCH_PROXY = "", BENCH_ROUNDS = "200" } = process.env;
const rounds = Number(BENCH_ROUNDS);
// V8 compiles what is hot in its first thousand calls; an environment of a deployment has them behind it.
const warmUp = 1_000;
const paths = {
  sending: ["POST", "/v1/conversations/{conversationId}/messages"],
  paging: ["GET", "/v1/conversations/{conversationId}/messages"],
  opening: ["GET", "/v1/conversations/{conversationId}"],
  listing: ["GET", "/v1/conversations"],
  listingTen: ["GET", "/v1/conversations?limit=10"],
  polling: ["GET", "/v1/replies/{replyId}"],
} as const;
type Operation = keyof typeof paths;
const hotOperations = ["sending", "paging", "opening", "listing", "polling"] as const;

interface Statement {
  text: string;
  parameters: readonly unknown[];
}

function delayed(target: string, millis: number): Promise<Child<ProxyReady>> {
  return startChild(new URL(BENCH_PROXY), { BENCH_TARGET: target, BENCH_DELAY_MILLIS: String(millis) });
}

async function userOf(url: string, sub: string): Promise<string> {
  const database = openDatabase(url);
  const resolved = await resolveUser(database, { sub }, 1_000_000_000);
  await database.close();
  if (resolved.outcome !== "active") throw new Error(`The user is ${resolved.outcome}.`);
  return resolved.user.id;
}

/** The statement again, with new ids where it stores something. */
function renewed({ text, parameters }: Statement): Statement {
  const [first, ...rest] = parameters;
  if (typeof first !== "string" || !first.includes('"messageId"')) return { text, parameters };
  const again = { ...JSON.parse(first), messageId: newId(), replyId: newId() };
  return { text, parameters: [JSON.stringify(again), ...rest] };
}

/** Of a statement that is recorded, a parameter may be read in another way than it was written. */
function requireRowsOf(answer: string, rows: readonly unknown[], operation: Operation): void {
  const { data } = JSON.parse(answer);
  const expected = Array.isArray(data) ? data.length : 1;
  if (rows.length < expected) throw new Error(`Bare, ${operation} reads ${rows.length} of ${expected} rows.`);
}

/** What the operations are about. */
interface Ids extends Record<string, string> {
  /** One at rest, with a page of messages; sends go to another. */
  conversationId: string;
  askedConversationId: string;
  replyId: string;
}

/** As Lambda hands it over. */
function eventOf(operation: Operation, parameters: Record<string, string>): ApiEvent {
  const [method, path] = paths[operation];
  const isSend = operation === "sending";
  const body = isSend ? { content: "Hello, how are you?" } : undefined;
  const about: Record<string, string> = isSend
    ? { conversationId: parameters.askedConversationId ?? "" }
    : parameters;
  const named = Object.entries(about).filter(([name]) => path.includes(`{${name}}`));
  return httpEvent(method, path, Object.fromEntries(named), body);
}

interface SceneOptions {
  cacheEndpoint?: string;
  /** Where its statements go. Not for what is timed: postgres then takes a stack trace for each of them. */
  recorded?: Statement[];
}

async function openScene(url: string, userId: string, { cacheEndpoint, recorded }: SceneOptions = {}) {
  const database = openDatabase(url, {
    ...(recorded && { onStatement: (text, parameters) => recorded.push({ text, parameters }) }),
  });
  const bare = postgres(url, { max: 1, fetch_types: false, onnotice: () => {} });
  const api = hotApi(database, userId, cacheEndpoint === undefined ? {} : { endpoint: cacheEndpoint });
  const answer = async (event: ApiEvent) => {
    const { statusCode = 0, body = "" } = await api(event, invocation);
    if (statusCode >= 300) throw new Error(`${event.routeKey} answered ${statusCode}: ${body}`);
    return body;
  };
  const call = async (operation: Operation, parameters: Record<string, string> = {}) =>
    answer(eventOf(operation, parameters));
  return { bare, answer, call, close: () => Promise.all([database.close(), bare.end()]) };
}

async function overBareSql(url: string, userId: string, ids: Ids, delay: number): Promise<Row[]> {
  const recorded: Statement[] = [];
  const recording = await openScene(url, userId, { recorded });
  const scene = await openScene(url, userId);
  const rows: Row[] = [];
  for (const operation of hotOperations) {
    await recording.call(operation, ids);
    recorded.length = 0;
    const answer = await recording.call(operation, ids);
    const roundTrips = recorded.length;
    const [statement] = recorded;
    if (statement === undefined) throw new Error(`${operation} ran no statement.`);
    const fresh = Array.from({ length: rounds + warmUp + 1 }, () => renewed(statement));
    const runBare = () => {
      const { text, parameters } = fresh.pop() ?? statement;
      return scene.bare.unsafe(text, parameters as string[], { prepare: true });
    };
    requireRowsOf(answer, await runBare(), operation);
    // Made before they are timed, as the parameters of the bare statement are.
    const events = Array.from({ length: rounds + warmUp }, () => eventOf(operation, ids));
    const millis = await medians(
      {
        handler: () => scene.answer(events.pop() ?? eventOf(operation, ids)),
        bare: runBare,
      },
      rounds,
      warmUp,
    );
    const isSend = operation === "sending";
    const maximum = delay === 0 ? (isSend ? 1.25 : 2.4) : isSend ? 1.1 : 1.2;
    const section = `Handlers over their bare SQL, ${delay} ms away`;
    const ratio = millis.handler / millis.bare;
    rows.push({ section, name: operation, value: ratio, unit: "×", budget: { maximum } });
    rows.push({ section, name: `${operation}: handler`, value: millis.handler, unit: "ms" });
    if (delay > 0) continue;
    rows.push({
      section,
      name: `${operation}: round trips`,
      value: roundTrips,
      unit: "",
      budget: { maximum: 1 },
    });
  }
  await Promise.all([scene.close(), recording.close()]);
  return rows;
}

async function growth(url: string, userId: string): Promise<Row[]> {
  const section = "Growth";
  const connection = { statement_timeout: 0 };
  const sql = postgres(url, { max: 1, fetch_types: false, onnotice: () => {}, connection });
  const sizes = [20, 1_000, 100_000] as const;
  const ids = new Map<number, string>();
  for (const size of sizes) ids.set(size, await seedMessages(sql, userId, size));
  const [few, many] = [await userOf(url, "few"), await userOf(url, "many")];
  await seedConversations(sql, few, 10);
  await seedConversations(sql, many, 10_000);
  await sql.end();
  await analyze(url);
  const scenes = await Promise.all([userId, few, many].map((owner) => openScene(url, owner)));
  const [own, ofFew, ofMany] = scenes;
  const page = (size: number) => async () => own?.call("paging", { conversationId: ids.get(size) ?? "" });
  const millis = await medians(
    {
      page20: page(20),
      page1000: page(1_000),
      page100000: page(100_000),
      list10: async () => ofFew?.call("listingTen"),
      list10000: async () => ofMany?.call("listingTen"),
    },
    rounds,
    warmUp,
  );
  await Promise.all(scenes.map((scene) => scene.close()));
  const budget = { maximum: 1.15 };
  return [
    { section, name: "page of 20 at 20 messages", value: millis.page20, unit: "ms" },
    { section, name: "at 1 000 over 20", value: millis.page1000 / millis.page20, unit: "×", budget },
    { section, name: "at 100 000 over 20", value: millis.page100000 / millis.page20, unit: "×", budget },
    { section, name: "list of 10 at 10 conversations", value: millis.list10, unit: "ms" },
    { section, name: "at 10 000 over 10", value: millis.list10000 / millis.list10, unit: "×", budget },
  ];
}

/** The page that a chat opens with, and the poll of a running reply. */
async function cachedReads(url: string, userId: string, ids: Ids, delay: number): Promise<Row[]> {
  const { replyId = "" } = ids;
  const stop = await keepRunning({ url, momentoEndpoint: MOMENTO_ENDPOINT, ownerId: userId, replyId });
  const proxy = await delayed(MOMENTO_ENDPOINT, delay);
  const cacheEndpoint = `127.0.0.1:${proxy.ready.port}`;
  const recorded: Statement[] = [];
  const watched = await openScene(url, userId, { cacheEndpoint, recorded });
  const uncached = await openScene(url, userId);
  const cached = await openScene(url, userId, { cacheEndpoint });
  const rows: Row[] = [];
  for (const [operation, name] of [
    ["paging", "newest page"],
    ["polling", "poll of a running reply"],
  ] as const) {
    const until = Date.now() + 10_000;
    for (let misses = 1; misses > 0; ) {
      if (Date.now() > until) throw new Error(`The ${name} does not come from the cache.`);
      recorded.length = 0;
      await watched.call(operation, ids);
      misses = recorded.length;
    }
    const millis = await medians(
      { cached: () => cached.call(operation, ids), uncached: () => uncached.call(operation, ids) },
      rounds,
      warmUp,
    );
    const section = `From the cache, ${delay} ms away`;
    const value = millis.cached / millis.uncached;
    rows.push({ section, name, value: millis.cached, unit: "ms" });
    rows.push({ section, name: `${name} over the database's`, value, unit: "×" });
  }
  await Promise.all([watched.close(), cached.close(), uncached.close(), proxy.close(), stop()]);
  return rows;
}

/** A database that has been used for a while, for plans as a deployment has them. */
async function settle(url: string, userId: string, ids: Ids): Promise<void> {
  const { call, close } = await openScene(url, userId);
  for (let count = 0; count < 200; count++) await call("sending", ids);
  await close();
  await analyze(url);
}

const userId = await userOf(DATABASE_URL, "bench");
const database = openDatabase(DATABASE_URL);
const created = await createConversation(database, {
  ownerId: userId,
  conversationId: newId(),
  first: {
    role: "user",
    ...unlimited,
    ownerId: userId,
    messageId: newId(),
    replyId: newId(),
    content: "Hello",
    onBusy: "enqueue",
    models: { "scripted/echo": { contextTokens: 8_000, maxOutputTokens: 1_000, priceFlat: 1 } },
    defaultModel: "scripted/echo",
  },
});
await database.close();
if (!("conversation" in created)) throw new Error(created.outcome);
const sql = postgres(DATABASE_URL, { max: 1, fetch_types: false });
const paged = await seedMessages(sql, userId, 20);
await sql.end();
const ids: Ids = {
  conversationId: paged,
  askedConversationId: created.conversation.id,
  replyId: created.reply?.id ?? "",
};
await settle(DATABASE_URL, userId, ids);
const address = new URL(DATABASE_URL);
const proxy = await delayed(address.host, 1);
const far = new URL(DATABASE_URL);
far.host = `127.0.0.1:${proxy.ready.port}`;
const rows: Row[] = [
  ...(await overBareSql(DATABASE_URL, userId, ids, 0)),
  ...(await overBareSql(far.href, userId, ids, 1)),
  ...(await growth(DATABASE_URL, userId)),
  ...(await cachedReads(DATABASE_URL, userId, ids, 0)),
  ...(await cachedReads(far.href, userId, ids, 1)),
];
await proxy.close();
process.send?.(rows, () => process.exit(0));
