import { isConnectionFailure } from "@parley/data/database-errors";

const pauseMillis = 500;

/**
 * Repeats work while the database cannot be reached, for as long as the lease lasts: what has been generated is
 * paid for. The work must have the effect of once when it is done twice.
 * @throws DatabaseUnavailable when it stayed away
 */
export async function whileLeased<T>(leaseSeconds: number, work: () => Promise<T>): Promise<T> {
  const until = Date.now() + leaseSeconds * 1000;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isConnectionFailure(error) || Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseMillis));
    }
  }
}
