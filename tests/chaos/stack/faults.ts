import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../random.ts";
import type { ChaosStack } from "./chaos-stack.ts";
import { modelFaults } from "./fault-model.ts";

/** A kind of trouble; `strike` resolves when it is over. */
export interface Fault {
  readonly kind: string;
  readonly weight: number;
  /** The minimum time between two of them. */
  readonly pauseMillis?: number;
  strike(): Promise<void>;
}

const workers = ["reply-worker"];
const apiFunctions = ["messages", "conversations", "replies", "account", "authorizer"];
// The local supervisor gives up on a server that ends more than five times in a minute.
const crashPauseMillis = 14_000;

/** Sends a signal to one environment of these functions, if there is any. */
function signal({ stack }: ChaosStack, random: Random, names: readonly string[], name: NodeJS.Signals) {
  const pids = names.flatMap((each) => stack.functions.get(each).environments());
  if (pids.length === 0) return undefined;
  const pid = random.pick(pids);
  try {
    process.kill(pid, name);
  } catch {
    // It has ended by itself meanwhile.
    return undefined;
  }
  return pid;
}

async function pauseEnvironment(chaos: ChaosStack, random: Random, names: readonly string[], millis: number) {
  const pid = signal(chaos, random, names, "SIGSTOP");
  await sleep(millis);
  if (pid === undefined) return;
  try {
    process.kill(pid, "SIGCONT");
  } catch {
    // Killed while it was stopped.
  }
}

async function during(millis: number, begin: () => void, end: () => void): Promise<void> {
  begin();
  await sleep(millis);
  end();
}

/** Every kind of fault that the design names. */
export function faultsOf(chaos: ChaosStack, random: Random): readonly Fault[] {
  const { databaseWire, queueProxy, cacheWire, stack, postgres, model } = chaos;
  const { moods } = queueProxy;
  const kill = (kind: string, names: readonly string[], weight: number): Fault => ({
    kind,
    weight,
    strike: async () => void signal(chaos, random, names, "SIGKILL"),
  });
  const lasting = (kind: string, maxMillis: number, begin: () => void, end: () => void): Fault => ({
    kind,
    weight: 2,
    strike: () => during(random.between(300, maxMillis), begin, end),
  });
  return [
    kill("worker killed", workers, 5),
    kill("API killed", apiFunctions, 4),
    {
      kind: "worker stopped",
      weight: 3,
      strike: () => pauseEnvironment(chaos, random, workers, random.between(500, 7_000)),
    },
    {
      kind: "API stopped",
      weight: 2,
      strike: () => pauseEnvironment(chaos, random, apiFunctions, random.between(200, 3_000)),
    },
    { kind: "database connections cut", weight: 4, strike: async () => databaseWire.cut() },
    lasting(
      "database slow",
      3_000,
      () => databaseWire.setDelay(random.between(5, 200)),
      () => databaseWire.setDelay(0),
    ),
    lasting(
      "database out of reach",
      3_000,
      () => databaseWire.setDown(true),
      () => databaseWire.setDown(false),
    ),
    {
      kind: "Postgres killed",
      weight: 3,
      pauseMillis: crashPauseMillis,
      strike: async () => void process.kill(postgres.pid, "SIGKILL"),
    },
    lasting(
      "queue down",
      3_000,
      () => Object.assign(moods, { isDown: true }),
      () => Object.assign(moods, { isDown: false }),
    ),
    lasting(
      "queue duplicates",
      3_000,
      () => Object.assign(moods, { duplicates: true }),
      () => Object.assign(moods, { duplicates: false }),
    ),
    lasting(
      "queue slow",
      3_000,
      () => Object.assign(moods, { delayMillis: random.between(100, 1_500) }),
      () => Object.assign(moods, { delayMillis: 0 }),
    ),
    lasting(
      "queue out of order",
      3_000,
      () => Object.assign(moods, { shuffleMillis: 1_500 }),
      () => Object.assign(moods, { shuffleMillis: 0 }),
    ),
    lasting(
      "cache down",
      3_000,
      () => cacheWire.setDown(true),
      () => cacheWire.setDown(false),
    ),
    lasting(
      "cache slow",
      3_000,
      () => stack.momento?.setDelay(random.between(20, 500)),
      () => stack.momento?.setDelay(0),
    ),
    lasting(
      "cache limited",
      3_000,
      () => stack.momento?.setCallsPerSecond(random.between(0, 20)),
      () => stack.momento?.setCallsPerSecond(Number.POSITIVE_INFINITY),
    ),
    ...modelFaults.map(
      (fault): Fault => ({
        kind: `model ${fault}`,
        weight: fault === "hang" ? 0.5 : 1,
        strike: async () => void model.faults.push(fault),
      }),
    ),
  ];
}

/** Ends whatever is still going wrong. */
export function heal({ databaseWire, queueProxy, cacheWire, stack, model }: ChaosStack): void {
  databaseWire.setDown(false);
  databaseWire.setDelay(0);
  Object.assign(queueProxy.moods, { isDown: false, duplicates: false, delayMillis: 0, shuffleMillis: 0 });
  cacheWire.setDown(false);
  stack.momento?.setDelay(0);
  stack.momento?.setCallsPerSecond(Number.POSITIVE_INFINITY);
  model.faults.splice(0);
}

export interface Injection {
  readonly counts: Map<string, number>;
  /** Ends when every fault under way has. */
  stop(): Promise<void>;
}

/** Lets faults strike one after another, as the seed decides, with several under way at a time. */
export function injectFaults(
  faults: readonly Fault[],
  random: Random,
  everyMillis: number,
  onFault: (kind: string) => void,
): Injection {
  const counts = new Map<string, number>();
  const underWay = new Set<Promise<void>>();
  const lastAt = new Map<string, number>();
  let isStopped = false;

  function choose(): Fault {
    const now = Date.now();
    const free = faults.filter(({ kind, pauseMillis = 0 }) => now - (lastAt.get(kind) ?? 0) >= pauseMillis);
    let place = random.next() * free.reduce((sum, { weight }) => sum + weight, 0);
    for (const fault of free) {
      place -= fault.weight;
      if (place < 0) return fault;
    }
    return random.pick(free);
  }

  async function run(): Promise<void> {
    while (!isStopped) {
      await sleep(random.between(everyMillis / 2, everyMillis * 1.5));
      const fault = choose();
      lastAt.set(fault.kind, Date.now());
      counts.set(fault.kind, (counts.get(fault.kind) ?? 0) + 1);
      onFault(fault.kind);
      const strike = fault
        .strike()
        .catch((error: unknown) => onFault(`${fault.kind} failed: ${String(error)}`));
      underWay.add(strike);
      void strike.finally(() => underWay.delete(strike));
    }
  }

  const running = run();
  return {
    counts,
    async stop() {
      isStopped = true;
      await running;
      await Promise.all(underWay);
    },
  };
}
