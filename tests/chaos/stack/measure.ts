import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "@parley/data/database";
import type { ChaosStack } from "./chaos-stack.ts";

/** What a run took, of time and of the machine. */
export interface Measured {
  readonly replies: Readonly<Record<string, number>>;
  /** Seconds from asking to the end, of the slowest reply. */
  readonly worstSeconds: number;
  /** Seconds for which a reply had no worker after its lease, at most. */
  readonly worstTakeoverSeconds: number;
  readonly attempts: number;
  /** Under load. */
  readonly samples: readonly Sample[];
  /** When everything has come to rest. */
  readonly atRest: Sample;
}

export interface Sample {
  /** Of function environments; this process's own is left out. */
  readonly connections: number;
  readonly environments: number;
  /** What the connections are at, where there are too many of them. */
  readonly activity?: string;
  /** Megabytes of each function environment, by process id. */
  readonly memory: ReadonlyMap<number, number>;
  /** Of this process: the stack and the driver. */
  readonly ownMegabytes: number;
}

const everyMillis = 5_000;
const ownConnections = 1;
// The backend of an environment that died or was cut off ends with its statement, which has 10 s.
const maxTries = 12;
const tryEveryMillis = 1_000;

async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(status.match(/VmRSS:\s+(\d+) kB/)?.[1] ?? 0) / 1024;
}

async function sampleOnce({ stack }: ChaosStack, database: Database): Promise<Sample> {
  const pids = stack.functions.all.flatMap((pool) => pool.environments());
  const sizes = await Promise.all(pids.map(async (pid) => [pid, await residentMegabytes(pid)] as const));
  const [row] = await database.run(async ({ orm }) =>
    orm.execute("select count(*)::integer as n from pg_stat_activity where application_name = 'parley'"),
  );
  return {
    connections: Number(row?.n) - ownConnections,
    environments: pids.length,
    // One that has just ended has none.
    memory: new Map(sizes.filter(([, megabytes]) => megabytes > 0)),
    ownMegabytes: Math.round(await residentMegabytes(process.pid)),
  };
}

async function activityOf(database: Database): Promise<string> {
  const rows = await database.run(async ({ orm }) =>
    orm.execute(`select concat_ws(' ', count(*), state, wait_event, 'since', max(now() - state_change)) as line
      from pg_stat_activity where application_name = 'parley' group by state, wait_event`),
  );
  return rows.map(({ line }) => String(line)).join(", ");
}

/** A sample with connections that stay: of one taken while environments are exchanged, there are more for a moment. */
async function sample(chaos: ChaosStack, database: Database): Promise<Sample> {
  for (let count = 1; ; count++) {
    const taken = await sampleOnce(chaos, database);
    if (taken.connections <= taken.environments) return taken;
    if (count === maxTries) return { ...taken, activity: await activityOf(database) };
    await sleep(tryEveryMillis);
  }
}

async function storedTimes(database: Database): Promise<Omit<Measured, "samples" | "atRest">> {
  const statuses = await database.run(async ({ orm }) =>
    orm.execute(
      "select status, count(*)::integer as n, sum(attempt)::integer as attempts from replies group by 1",
    ),
  );
  const [worst] = await database.run(async ({ orm }) =>
    orm.execute(`select extract(epoch from max(finished_at - created_at))::float as seconds from replies`),
  );
  const [takeover] = await database.run(async ({ orm }) =>
    orm.execute(`select extract(epoch from max(next_at - leased_until))::float as seconds from (
      select status, leased_until, lead(at) over (partition by reply_id order by n) as next_at
      from chaos_log) as step where status = 'in_progress' and next_at > leased_until`),
  );
  return {
    replies: Object.fromEntries(statuses.map(({ status, n }) => [String(status), Number(n)])),
    attempts: statuses.reduce((sum, { attempts }) => sum + Number(attempts), 0),
    worstSeconds: Number(worst?.seconds ?? 0),
    worstTakeoverSeconds: Number(takeover?.seconds ?? 0),
  };
}

/** Watches memory and connections until the load ends, and once more when it is stopped. */
export function measure(
  chaos: ChaosStack,
  database: Database,
): { endLoad(): void; stop(): Promise<Measured> } {
  const samples: Sample[] = [];
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      await sample(chaos, database).then(
        (each) => samples.push(each),
        // While Postgres is down there is nothing to count.
        () => {},
      );
      await sleep(everyMillis);
    }
  })();
  return {
    endLoad() {
      isOver = true;
    },
    async stop() {
      isOver = true;
      await watching;
      return { ...(await storedTimes(database)), samples, atRest: await sample(chaos, database) };
    },
  };
}
