import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { migrate } from "@parley/data/migrate";
import { defaultStorage } from "@parley/data/storage-settings";
import { bundleTogether } from "@parley/deployment/bundle/bundle-together";
import { administer, databaseAt } from "@parley/embedded-postgres/administer";
import { tokenFor } from "./accounts.ts";
import { type Child, startChild } from "./child.ts";
import { coldStartRows } from "./cold-start.ts";
import { consoleRows } from "./console/measure-console.ts";
import { costRows } from "./cost.ts";
import { endToEndRows, parleyAskers, referenceTarget, stackTarget } from "./end-to-end.ts";
import type { Row } from "./report.ts";
import type { StackReady } from "./serve-stack.ts";
import type { Connect, Target } from "./target.ts";

export const sections: readonly string[] = ["handlers", "cold-start", "end-to-end", "cost", "console"];

export interface Plan {
  /** Which parts; all where there is none. */
  readonly only: readonly string[];
  readonly counts: readonly number[];
  readonly seconds: number;
  readonly rounds: number;
  /** What polls ask the server to wait, in seconds. */
  readonly waitSeconds: number;
  /** Other servers, each with the file that knows how to ask it. */
  readonly peers: readonly { url: string; adapter: string }[];
  readonly folder: string;
}

const root = fileURLToPath(new URL("../../", import.meta.url));

function peerTargets({ peers, counts }: Plan): Promise<Target[]> {
  const connectTo = async ({ url, adapter }: Plan["peers"][number]) => {
    const module = (await import(new URL(adapter, `file://${process.cwd()}/`).href)) as { connect: Connect };
    return module.connect(url, Math.max(...counts));
  };
  return Promise.all(peers.map(connectTo));
}

async function wholeStack(stack: Child<StackReady>, plan: Plan): Promise<Row[]> {
  const maxClients = Math.max(...plan.counts);
  const targets = [
    await stackTarget(stack, maxClients, plan.waitSeconds),
    await referenceTarget(stack.ready.databaseUrl, maxClients),
    ...(await peerTargets(plan)),
  ];
  const rows = await endToEndRows(targets, plan.counts, plan);
  for (const target of targets) await target.close?.();
  return rows;
}

/** A database of its own, so that what one part stores does not slow another. */
async function freshDatabase(serverUrl: string, name: string): Promise<string> {
  await administer(serverUrl, `create database ${name}`);
  const url = databaseAt(serverUrl, name);
  // The conversation of 100 000 messages gets more.
  await migrate(url, undefined, undefined, { ...defaultStorage, STORAGE_MESSAGES: 0 });
  return url;
}

/** In a bundle, as on AWS: dependencies from their sources are slower in places. */
async function handlerRows(
  { folder, rounds }: Plan,
  databaseUrl: string,
  momentoEndpoint: string,
): Promise<Row[]> {
  const outputFolder = join(folder, "handlers");
  const entries = { "measure-handlers": "scripts/bench/measure-handlers.ts" };
  const built = await bundleTogether({ root, entries, outputFolder });
  await built.dispose();
  const given = {
    DATABASE_URL: databaseUrl,
    MOMENTO_ENDPOINT: momentoEndpoint,
    BENCH_PROXY: new URL("./serve-delay-proxy.ts", import.meta.url).href,
    BENCH_ROUNDS: String(rounds * 40),
  };
  const program = pathToFileURL(join(outputFolder, "measure-handlers.mjs"));
  const child = await startChild<Row[]>(program, given, { isQuiet: true });
  await child.close();
  return child.ready;
}

/** Measures everything on this machine. */
export async function measureLocally(plan: Plan): Promise<Row[]> {
  const isWanted = (part: string) => plan.only.length === 0 || plan.only.includes(part);
  // As `pnpm dev` starts it.
  const options = { BENCH_NODE_OPTIONS: "--max-semi-space-size=8" };
  const stack = await startChild<StackReady>(new URL("./serve-stack.ts", import.meta.url), options);
  const { databaseUrl, momentoEndpoint } = stack.ready;
  const rows: Row[] = [];
  if (isWanted("handlers")) {
    const url = await freshDatabase(databaseUrl, "parley_bench_handlers");
    rows.push(...(await handlerRows(plan, url, momentoEndpoint)));
  }
  if (isWanted("cold-start")) {
    const url = await freshDatabase(databaseUrl, "parley_bench_cold");
    const environment = {
      DATABASE_URL: url,
      QUEUE_URL: "http://127.0.0.1:9/queue",
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
      USER_POOL_ID: "us-east-1_parley",
      USER_POOL_CLIENT_ID: "parley-local",
      DEFAULT_MODEL: "scripted/echo",
      POWERTOOLS_TRACE_ENABLED: "false",
    };
    rows.push(...(await coldStartRows(root, plan.folder, environment, plan.rounds * 2)));
  }
  if (isWanted("end-to-end")) rows.push(...(await wholeStack(stack, plan)));
  if (isWanted("cost")) rows.push(...costRows());
  await stack.close();
  if (isWanted("console")) rows.push(...(await consoleRows(plan.rounds)));
  return rows;
}

/** Loads a deployment, beside its peers if there are any. */
export async function measureDeployment(
  plan: Plan,
  { url, token, email, password }: { url: string; token?: string; email?: string; password?: string },
): Promise<Row[]> {
  const present = token ?? (await tokenFor(url, email ?? "", password ?? ""));
  const askers = await parleyAskers(url, [present], Math.max(...plan.counts), plan.waitSeconds);
  return endToEndRows([{ name: "deployment", askers }, ...(await peerTargets(plan))], plan.counts, plan);
}
