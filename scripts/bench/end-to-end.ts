import { migrate } from "@parley/data/migrate";
import { administer, databaseAt } from "@parley/embedded-postgres/administer";
import { signUpAll } from "./accounts.ts";
import { analyze } from "./analyze.ts";
import { type Child, startChild, treeBytes } from "./child.ts";
import { type LoadResult, load } from "./load.ts";
import { type ParleyAsker, parleyAsker } from "./parley-asker.ts";
import { createRest } from "./quiet.ts";
import type { ReferenceReady } from "./reference/serve.ts";
import type { Row } from "./report.ts";
import type { StackReady } from "./serve-stack.ts";
import { median } from "./statistics.ts";
import type { Target } from "./target.ts";

const maxUsers = 16;
// V8 has compiled a server's hot path after its first thousands of requests.
const warmUpRuns = 3;

/** So many askers over these tokens, each in a conversation of its own. */
export async function parleyAskers(
  url: string,
  tokens: readonly string[],
  count: number,
  waitSeconds: number,
): Promise<ParleyAsker[]> {
  const askers: ParleyAsker[] = [];
  for (let index = 0; index < count; index++) {
    askers.push(await parleyAsker(url, tokens[index % tokens.length] ?? "", waitSeconds));
  }
  return askers;
}

/** The local stack, asked by so many clients of up to 16 users. */
export async function stackTarget(
  { ready, pid }: Child<StackReady>,
  count: number,
  waitSeconds: number,
): Promise<Target> {
  const { url, cognitoEndpoint, databaseUrl } = ready;
  const tokens = await signUpAll(url, cognitoEndpoint, Math.min(count, maxUsers));
  const askers = await parleyAskers(url, tokens, count, waitSeconds);
  return { name: "parley", askers, settle: () => analyze(databaseUrl), memory: () => treeBytes(pid) };
}

/** The reference, in a database of its own on the same server. */
export async function referenceTarget(databaseUrl: string, count: number): Promise<Target> {
  await administer(databaseUrl, "create database parley_reference");
  const ownUrl = databaseAt(databaseUrl, "parley_reference");
  await migrate(ownUrl);
  const program = new URL("./reference/serve.ts", import.meta.url);
  const child = await startChild<ReferenceReady>(program, { DATABASE_URL: ownUrl });
  const names = Array.from({ length: Math.min(count, maxUsers) }, (_, index) => `user-${index}`);
  const askers = await parleyAskers(child.ready.url, names, count, 0);
  return {
    name: "reference",
    askers,
    settle: () => analyze(ownUrl),
    memory: () => treeBytes(child.pid),
    close: child.close,
  };
}

interface Measured {
  readonly name: string;
  readonly runs: LoadResult[];
  bytes: number;
}

function middle({ runs }: Measured, of: keyof LoadResult): number {
  return median(runs.map((run) => run[of]));
}

function rowsOf(section: string, measured: Measured): Row[] {
  const { name, bytes } = measured;
  return [
    { section, name: `${name}: replies`, value: middle(measured, "repliesPerSecond"), unit: "/s" },
    { section, name: `${name}: p50`, value: middle(measured, "p50"), unit: "ms" },
    { section, name: `${name}: p99`, value: middle(measured, "p99"), unit: "ms" },
    ...(bytes > 0 ? [{ section, name: `${name}: memory`, value: bytes / 1e6, unit: "MB" }] : []),
  ];
}

/** How many times another server's replies Parley should make, by clients: 1, 16, 64. */
const goals: Readonly<Record<string, Readonly<Record<number, number>>>> = {
  reference: { 1: 0.65, 16: 0.5, 64: 0.45 },
  langgraph: { 1: 3, 16: 3, 64: 3 },
  mastra: { 1: 2, 16: 1.4, 64: 1.2 },
};

function comparison(section: string, clients: number, own: Measured, other: Measured): Row {
  const value = middle(own, "repliesPerSecond") / middle(other, "repliesPerSecond");
  const minimum = goals[other.name]?.[clients];
  const name = `${own.name} over ${other.name}: replies`;
  return { section, name, value, unit: "×", ...(minimum !== undefined && { budget: { minimum } }) };
}

/**
 * All targets at so many clients, in turns, each on a machine at rest; of each the median run. The first is compared
 * with the others.
 */
export async function endToEndRows(
  targets: readonly Target[],
  counts: readonly number[],
  { seconds, rounds }: { seconds: number; rounds: number },
): Promise<Row[]> {
  const rows: Row[] = [];
  const rest = createRest();
  for (const target of targets) await load(target, Math.max(...counts), warmUpRuns * seconds * 1000);
  for (const { settle } of targets) await settle?.();
  for (const clients of counts) {
    const measured = targets.map(({ name }): Measured => ({ name, runs: [], bytes: 0 }));
    for (let round = 0; round < rounds; round++) {
      for (const [index, target] of targets.entries()) {
        await rest();
        measured[index]?.runs.push(await load(target, clients, seconds * 1000));
      }
    }
    for (const [index, { memory }] of targets.entries()) {
      const entry = measured[index];
      if (entry !== undefined) entry.bytes = (await memory?.()) ?? 0;
    }
    const section = `End to end, ${clients} ${clients === 1 ? "client" : "clients"}`;
    rows.push(...measured.flatMap((one) => rowsOf(section, one)));
    const [own, ...others] = measured;
    if (own !== undefined) rows.push(...others.map((other) => comparison(section, clients, own, other)));
  }
  return rows;
}
