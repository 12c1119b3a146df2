import type { Database } from "@parley/data/database";
import type { ChaosStack } from "../chaos/stack/chaos-stack.ts";
import { type ExplorerOptions, explore } from "./explorer.ts";
import { failuresIn } from "./failures.ts";
import type { CodeChoice } from "./phases.ts";

/** The previous release reads this column. */
const careless = "alter table notes drop column tags cascade";
const patienceMillis = 60_000;

/**
 * A planted defect: the previous release goes on after a migration that it cannot live with. A run that does not say
 * then which requests fail would not say so of a real one.
 * @returns what failed, by operation
 */
export async function failuresOfCarelessMigration(
  database: Database,
  chaos: ChaosStack,
  choice: CodeChoice,
  explorer: ExplorerOptions,
): Promise<ReadonlyMap<string, number>> {
  await database.run(async ({ orm }) => orm.execute(careless));
  choice.code = "previous";
  for (const pool of chaos.stack.functions.all) pool.restart();
  const statuses = new Map<string, number>();
  const until = Date.now() + patienceMillis;
  await explore({ ...explorer, statuses }, () => failuresIn(statuses).size > 0 || Date.now() > until);
  return failuresIn(statuses);
}
