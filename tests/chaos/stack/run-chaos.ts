import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type Database, openDatabase } from "@parley/data/database";
import { newId } from "@parley/data/ids";
import { type Breach, findBreaches } from "../invariants/check.ts";
import { countPurchases } from "../invariants/purchases.ts";
import { logReplyChanges } from "../invariants/reply-log.ts";
import { nothingTold, type Told } from "../invariants/told.ts";
import { createRandom, type Random } from "../random.ts";
import { createChaosClient } from "./chaos-client.ts";
import { type ChaosStack, quick, startChaosStack } from "./chaos-stack.ts";
import { type ChaosUser, createChaosUser, meteredModel, storedModel } from "./chaos-user.ts";
import { faultsOf, heal, injectFaults } from "./faults.ts";
import { growth } from "./growth.ts";
import { type Measured, measure } from "./measure.ts";
import { probeRestarts, type Recovery } from "./probe-restarts.ts";
import { checkNextMessages, checkOwnFaults, checkReads, drain } from "./settle-run.ts";
import { signUpUsers } from "./sign-up-users.ts";

export interface ChaosRun {
  readonly seed: number;
  readonly millis: number;
  readonly users?: number;
  /** The mean time between two faults. */
  readonly faultEveryMillis?: number;
  readonly onEvent?: (line: string) => void;
}

export interface ChaosResult extends Measured {
  readonly faults: ReadonlyMap<string, number>;
  readonly statuses: ReadonlyMap<string, number>;
  readonly breaches: readonly Breach[];
  readonly asks: number;
  readonly cancels: number;
  /** One for each kill of Postgres. */
  readonly recoveries: readonly Recovery[];
  readonly deadLetters: number;
  /** What was bought in the background and written down. */
  readonly purchases: number;
  readonly logFile: string;
}

const thinkMillis = 250;

export async function live(user: ChaosUser, random: Random, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    await user.act();
    await sleep(random.between(0, thinkMillis));
  }
}

export function createUsers(
  chaos: ChaosStack,
  tokens: { token: string; email: string }[],
  setting: Setting,
): ChaosUser[] {
  const users: ChaosUser[] = [];
  for (const { token, email } of tokens) {
    const { told, statuses, canaries, textCanary } = setting;
    const random = setting.random.fork();
    const client = createChaosClient({ url: chaos.stack.url, token, email, told, statuses, canaries });
    const foreignPath = () => {
      const other = random.pick(users);
      const id = other.client.email === email ? undefined : other.conversations[0]?.id;
      return id && `/v1/conversations/${id}${random.pick(["", "/messages", "/replies"])}`;
    };
    const { models = [meteredModel] } = setting;
    users.push(createChaosUser({ client, told, random, canary: textCanary, foreignPath, models }));
  }
  return users;
}

export interface Setting {
  readonly told: Told;
  readonly random: Random;
  readonly statuses: Map<string, number>;
  readonly canaries: readonly string[];
  readonly textCanary: string;
  readonly models?: readonly string[];
}

/** As an admin would: rows of their own, at a price by what is read and written. */
async function writeModels(database: Database): Promise<void> {
  await database.run(({ orm }) =>
    orm.execute(`insert into models (id, context_tokens, max_output_tokens, price_input, price_output, parameters)
      values ('${meteredModel}', 16384, 4096, 10.5, 21, '{}'), ('${storedModel}', 16384, 4096, 10.5, 21, '{}')`),
  );
  await database.run(({ orm }) =>
    orm.execute(`update models set background = true where id = '${storedModel}'`),
  );
}

/**
 * Loads the whole local stack with users who do everything while faults strike, lets it come to rest, and looks for
 * broken invariants.
 */
export async function runChaos(run: ChaosRun): Promise<ChaosResult> {
  const { seed, millis, users: count = 10, faultEveryMillis = 1_200, onEvent = () => {} } = run;
  const random = createRandom(seed);
  const openaiKey = `sk-canary-${newId()}`;
  const setting: Setting = {
    told: nothingTold(),
    random,
    statuses: new Map(),
    canaries: [openaiKey],
    textCanary: `canary-text-${newId()}`,
    models: [meteredModel, storedModel],
  };
  const { told, textCanary } = setting;
  const canaries = [openaiKey, textCanary];
  const chaos = await startChaosStack({ random, told, openaiKey, canaries, hasStoredAnswers: true });
  const database = openDatabase(chaos.databaseUrl);
  try {
    await logReplyChanges(database);
    await writeModels(database);
    const users = createUsers(chaos, await signUpUsers(chaos.stack, count), setting);
    const measuring = measure(chaos, database);
    const probing = probeRestarts(users[0]?.client, database);
    const injection = injectFaults(
      faultsOf(chaos, random.fork()),
      random.fork(),
      faultEveryMillis,
      (kind) => {
        onEvent(kind);
        if (kind === "Postgres killed") probing.killed();
      },
    );
    const until = Date.now() + millis;
    await Promise.all(users.map((user) => live(user, random.fork(), () => Date.now() >= until)));
    await injection.stop();
    heal(chaos);
    onEvent("the faults are over; waiting for rest");
    measuring.endLoad();
    await sleep(2_000);
    await drain(database, users, (quick.deadlineSeconds + 120) * 1_000);
    const breaches = await checkNextMessages(database, users);
    breaches.push(...(await checkOwnFaults(database)), ...(await checkReads(database, users)));
    breaches.push(...(await findBreaches(database, told)));
    breaches.push(...leaks(chaos, setting.canaries, textCanary), ...slow(probing.recoveries));
    const measured = await measuring.stop();
    breaches.push(...growth(measured));
    if (breaches.length > 0)
      onEvent((await readFile(chaos.logFile, "utf8")).split("\n").slice(-40).join("\n"));
    return {
      ...measured,
      faults: injection.counts,
      statuses: setting.statuses,
      breaches,
      asks: told.asks.length,
      cancels: told.cancelled.size,
      recoveries: probing.recoveries,
      deadLetters: told.deadLetters.size,
      purchases: await countPurchases(database),
      logFile: chaos.logFile,
    };
  } finally {
    await database.close();
    await chaos.close();
  }
}

function leaks(chaos: ChaosStack, secrets: readonly string[], textCanary: string): Breach[] {
  return [...secrets, textCanary]
    .filter((canary) => chaos.countLogged(canary) > 0)
    .map((id) => ({
      number: 0,
      breach: "a canary in the log",
      id,
      detail: `${chaos.countLogged(id)} lines`,
    }));
}

function slow(recoveries: readonly Recovery[]): Breach[] {
  return recoveries
    .filter(({ fromAnswer }) => fromAnswer > 10_000)
    .map(({ fromKill, fromAnswer }) => ({
      number: 14,
      breach: "an API that stayed away after Postgres was back",
      id: "",
      detail: `${fromAnswer} ms, ${fromKill} ms from the kill`,
    }));
}
