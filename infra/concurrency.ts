// Each environment holds one connection. Routes, sweeper, migrations and a psql of yours need some as well.
const shareOfWorkers = 0.5;
// SQS takes no fewer.
const minWorkers = 2;
const maxWorkers = 1_000;
// Of ten concurrent executions, four go to the workers and the others answer requests.
const shareOfAccount = 0.4;

/** How many workers may run at once, for the database's connections and for the account's concurrent executions. */
export function maximumWorkers(limits: { databaseConnections: number; accountConcurrency: number }): number {
  const fair = Math.min(
    limits.databaseConnections * shareOfWorkers,
    limits.accountConcurrency * shareOfAccount,
  );
  return Math.min(maxWorkers, Math.max(minWorkers, Math.floor(fair)));
}
