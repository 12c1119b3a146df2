import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { openDatabase } from "@parley/data/database";
import { newId } from "@parley/data/ids";
import { functionNames } from "@parley/local/functions";
import { applyMigrations } from "@parley/local/migrations";
import { readSettings } from "@parley/local/settings";
import { type Breach, findBreaches } from "../chaos/invariants/check.ts";
import { logReplyChanges } from "../chaos/invariants/reply-log.ts";
import { nothingTold } from "../chaos/invariants/told.ts";
import { createRandom } from "../chaos/random.ts";
import { type ChaosStack, startChaosStack } from "../chaos/stack/chaos-stack.ts";
import { createUsers, live, type Setting } from "../chaos/stack/run-chaos.ts";
import { checkNextMessages, checkOwnFaults, checkReads, drain } from "../chaos/stack/settle-run.ts";
import { signUpAdmin, signUpUsers } from "../chaos/stack/sign-up-users.ts";
import { failuresOfCarelessMigration } from "./careless-migration.ts";
import { explore } from "./explorer.ts";
import { failuresIn } from "./failures.ts";
import { type CodeChoice, chooseCode, type Phase, phases } from "./phases.ts";
import type { PreviousRelease } from "./previous-release.ts";
import { listenForEnds } from "./push-listener.ts";

export interface UpgradeRun {
  readonly previous: PreviousRelease;
  readonly seed: number;
  /** Of each phase at least. */
  readonly millis: number;
  /** In each phase at least. */
  readonly answers: number;
  readonly users: number;
  readonly onPhase: (result: PhaseResult) => void;
}

export interface PhaseResult {
  readonly name: string;
  readonly answers: number;
  /** Of server and network, by kind. */
  readonly failures: ReadonlyMap<string, number>;
}

export interface UpgradeResult {
  readonly phases: readonly PhaseResult[];
  readonly breaches: readonly Breach[];
  readonly asks: number;
  /** Operations that were answered well, beside those of chaos users. */
  readonly explored: number;
  /** Errors that functions have logged. */
  readonly errors: readonly string[];
  /** What failed after a migration that had to make something fail. */
  readonly caught: ReadonlyMap<string, number>;
}

/** Of the environments, while both serve. */
const exchanges = 4;

function difference(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>) {
  return new Map([...after].map(([name, count]) => [name, count - (before.get(name) ?? 0)] as const));
}

const total = (counts: ReadonlyMap<string, number>) =>
  [...counts.values()].reduce((sum, count) => sum + count, 0);

async function runPhases(run: UpgradeRun, chaos: ChaosStack, choice: CodeChoice, { statuses }: Setting) {
  /** Until there has been so much time, and so many answers: a busy machine takes longer to show as much. */
  async function serve(share: number): Promise<void> {
    const until = Date.now() + run.millis * share;
    const enough = total(statuses) + run.answers * share;
    while (Date.now() < until || total(statuses) < enough) await sleep(100);
  }

  async function pass({ code, migrations }: Phase): Promise<void> {
    if (migrations !== undefined) await applyMigrations(chaos.databaseUrl, readSettings({}));
    if (code === choice.code) return serve(1);
    choice.code = code;
    const times = code === "both" ? exchanges : 1;
    for (let time = 0; time < times; time++) {
      for (const pool of chaos.stack.functions.all) pool.restart();
      await serve(1 / times);
    }
  }

  const results: PhaseResult[] = [];
  for (const phase of phases) {
    const before = new Map(statuses);
    await pass(phase);
    const counted = difference(before, statuses);
    const result = { name: phase.name, answers: total(counted), failures: failuresIn(counted) };
    results.push(result);
    run.onPhase(result);
  }
  return results;
}

async function errorsIn(logFile: string): Promise<string[]> {
  const lines = (await readFile(logFile, "utf8")).split("\n");
  return lines.filter((line) => /"level":"(?:ERROR|CRITICAL)"/.test(line));
}

/**
 * Users of the whole local stack go on while its functions and its database are upgraded from the previous release,
 * rolled back and upgraded again, on one database, queue, cache and user pool. Then everything comes to rest, and the
 * invariants are checked.
 */
export async function runUpgrade(run: UpgradeRun): Promise<UpgradeResult> {
  const random = createRandom(run.seed);
  const statuses = new Map<string, number>();
  const told = nothingTold();
  const textCanary = `canary-text-${newId()}`;
  const setting: Setting = { told, random, statuses, canaries: [], textCanary };
  const choice = await chooseCode(run.previous, functionNames);
  const release = { migrate: run.previous.migrate, entryOf: (name: string) => choice.entryOf(name) };
  const chaos = await startChaosStack({
    random,
    told,
    openaiKey: "sk-upgrade",
    canaries: [textCanary],
    release,
  });
  const database = openDatabase(chaos.databaseUrl);
  try {
    await logReplyChanges(database);
    const admin = await signUpAdmin(chaos.stack);
    const users = createUsers(chaos, [admin, ...(await signUpUsers(chaos.stack, run.users))], setting);
    const [explorer] = users;
    if (explorer === undefined) throw new RangeError("There are no users.");
    const listener = await listenForEnds(chaos.stack.websocketUrl, admin.token);
    let isOver = false;
    const exploring = { stack: chaos.stack, user: explorer, token: admin.token, statuses, seed: run.seed };
    const load = Promise.all([
      explore(exploring, () => isOver),
      ...users.slice(1).map((user) => live(user, random.fork(), () => isOver)),
    ]);
    const results = await runPhases(run, chaos, choice, setting).finally(() => {
      isOver = true;
    });
    const [explored] = await load;
    await drain(database, users, 120_000);
    const breaches = [
      ...(await checkNextMessages(database, users)),
      ...(await checkOwnFaults(database)),
      ...(await checkReads(database, users)),
      // The previous release has no limit of what a user has in flight.
      ...(await findBreaches(database, told)).filter(({ number }) => number !== 17),
    ];
    const ownReplies = told.asks.filter(({ conversationId }) => isOf(explorer, conversationId));
    for (const id of listener.unheard(
      told.endings,
      ownReplies.map(({ replyId }) => replyId),
    ))
      breaches.push({ number: 0, breach: "a listener who was not told of an ending", id, detail: "" });
    if (!listener.isOpen)
      breaches.push({ number: 0, breach: "a connection that was closed", id: "", detail: "" });
    listener.close();
    const errors = await errorsIn(chaos.logFile);
    return {
      phases: results,
      breaches,
      asks: told.asks.length,
      explored: explored.size,
      errors,
      caught: await failuresOfCarelessMigration(database, chaos, choice, exploring),
    };
  } finally {
    await database.close();
    await chaos.close();
  }
}

function isOf(
  { conversations }: { conversations: readonly { id: string }[] },
  conversationId: string,
): boolean {
  return conversations.some(({ id }) => id === conversationId);
}
