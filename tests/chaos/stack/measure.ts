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
  readonly samples: readonly Sample[];
}

export interface Sample {
  readonly connections: number;
  readonly environments: number;
  /** Of all function environments and this process. */
  readonly megabytes: number;
}

const everyMillis = 5_000;

async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(status.match(/VmRSS:\s+(\d+) kB/)?.[1] ?? 0) / 1024;
}

async function sample({ stack }: ChaosStack, database: Database): Promise<Sample> {
  const pids = stack.functions.all.flatMap((pool) => pool.environments());
  const sizes = await Promise.all([process.pid, ...pids].map(residentMegabytes));
  const [row] = await database.run(({ db }) =>
    db.execute("select count(*)::integer as n from pg_stat_activity where application_name = 'parley'"),
  );
  return {
    connections: Number(row?.n),
    environments: pids.length,
    megabytes: Math.round(sizes.reduce((sum, size) => sum + size, 0)),
  };
}

async function storedTimes(database: Database): Promise<Omit<Measured, "samples">> {
  const statuses = await database.run(({ db }) =>
    db.execute(
      "select status, count(*)::integer as n, sum(attempt)::integer as attempts from replies group by 1",
    ),
  );
  const [worst] = await database.run(({ db }) =>
    db.execute(`select extract(epoch from max(finished_at - created_at))::float as seconds from replies`),
  );
  const [takeover] = await database.run(({ db }) =>
    db.execute(`select extract(epoch from max(next_at - leased_until))::float as seconds from (
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

/** Watches memory and connections until it is stopped. */
export function measure(chaos: ChaosStack, database: Database): { stop(): Promise<Measured> } {
  const samples: Sample[] = [];
  let isStopped = false;
  const watching = (async () => {
    while (!isStopped) {
      await sample(chaos, database).then(
        (each) => samples.push(each),
        // While Postgres is down there is nothing to count.
        () => {},
      );
      await sleep(everyMillis);
    }
  })();
  return {
    async stop() {
      const times = await storedTimes(database);
      isStopped = true;
      await watching;
      return { ...times, samples };
    },
  };
}
