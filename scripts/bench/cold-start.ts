import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Route } from "@parley/contract/route";
import { allRoutes } from "@parley/contract/routes/all";
import { newId } from "@parley/data/ids";
import { bundleAll } from "@parley/deployment/bundle/bundle-all";
import { httpEvent } from "./http-event.ts";
import { importCosts } from "./import-cost.ts";
import type { Row } from "./report.ts";
import { medians } from "./statistics.ts";

const writers = new Set(["messages", "conversations", "auth", "admin"]);
const program = `const [file, event] = process.argv.slice(1);
const { handler } = await import(file);
const context = { getRemainingTimeInMillis: () => 30000 };
const answer = await handler(JSON.parse(event), context).catch((error) => ({ error: String(error) }));
if (answer?.statusCode >= 500) console.error(answer.body);
process.exit(0);`;

/** The first read of a function, or for the worker a job of a reply that does not exist: all reach the database. */
function firstEvent(name: string): object | undefined {
  const job = { kind: "run", ownerId: newId(), replyId: newId(), requestId: "bench" };
  const record = { messageId: "m", receiptHandle: "r", body: JSON.stringify(job) };
  const attributes = { ApproximateReceiveCount: "1" };
  if (name === "reply-worker") return { Records: [{ ...record, attributes }] };
  const routes: Route[] = Object.values(allRoutes);
  const route = routes.find(
    (one) =>
      one.function === name &&
      one.method === "GET" &&
      one.auth === "user" &&
      one.query?.safeParse({}).success !== false,
  );
  if (route === undefined) return undefined;
  const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, parameter = ""]) => parameter);
  return httpEvent("GET", route.path, Object.fromEntries(names.map((parameter) => [parameter, newId()])));
}

async function run(file: string, event: object, environment: Record<string, string>): Promise<void> {
  const child = spawn(
    process.execPath,
    ["--input-type=module", "-e", program, pathToFileURL(file).href, JSON.stringify(event)],
    { env: { PATH: process.env.PATH ?? "", ...environment }, stdio: ["ignore", "ignore", "inherit"] },
  );
  await once(child, "exit");
}

function maximumRatio(name: string): number {
  if (name === "reply-worker") return 5;
  return writers.has(name) ? 3.6 : 3;
}

/** From the start of the process to the first answer, over a handler that does nothing; and what the bundles weigh. */
export async function coldStartRows(
  root: string,
  folder: string,
  environment: Record<string, string>,
  rounds: number,
): Promise<Row[]> {
  const output = join(folder, "functions");
  await mkdir(folder, { recursive: true });
  const bundles = await bundleAll(root, output);
  const empty = join(folder, "empty.mjs");
  await writeFile(empty, "export const handler = async () => ({ statusCode: 200 });\n");
  const work: Record<string, () => Promise<void>> = { empty: () => run(empty, {}, environment) };
  for (const { name } of bundles) {
    const event = firstEvent(name);
    if (event === undefined) continue;
    // Fail early on what cannot be read.
    await readFile(join(output, name, "index.mjs"));
    work[name] = () =>
      run(join(output, name, "index.mjs"), event, { POWERTOOLS_SERVICE_NAME: name, ...environment });
  }
  const millis = await medians(work, rounds);
  const base = millis.empty ?? 1;
  const section = "Cold start over an empty handler";
  return [
    { section, name: "empty handler", value: base, unit: "ms" },
    ...Object.entries(millis)
      .filter(([name]) => name !== "empty")
      .map(([name, value]) => ({
        section,
        name,
        value: value / base,
        unit: "×",
        budget: { maximum: maximumRatio(name) },
      })),
    ...(await importCosts(root, folder, rounds)),
    ...bundles.map(({ name, eagerBytes, budgetBytes }) => ({
      section: "Eager part of the bundles",
      name,
      value: eagerBytes / 1000,
      unit: "KB",
      budget: { maximum: budgetBytes / 1000 },
    })),
  ];
}
