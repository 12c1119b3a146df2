import { problem } from "./problem.ts";
import { remember } from "./remember.ts";

/** Keys that there are not, from one address in as many milliseconds, before the database is no longer asked for it. */
const maxForgeries = 10;
const forgeryWindow = 600_000;
/** Addresses remembered at once; the one seen longest ago is forgotten first. */
const maxSources = 10_000;

/**
 * Counts the keys of each address that there are not. Their form is right, which anybody can compute, so that only the
 * database knows: it is not to be woken, or kept busy, by whoever makes up one after the other.
 */
export function createForgeryLimit(now: () => number) {
  const forgeries = new Map<string, { count: number; until: number }>();
  return {
    /** @throws Problem 429 */
    check(source: string): void {
      const { count = 0, until = 0 } = forgeries.get(source) ?? {};
      const left = until - now();
      if (count < maxForgeries || left <= 0) return;
      throw problem("rate-limited", {
        detail: "Too many unknown API keys came from your address.",
        headers: { "Retry-After": String(Math.ceil(left / 1_000)) },
      });
    },
    count(source: string): void {
      const present = forgeries.get(source);
      const isOver = present === undefined || present.until <= now();
      const counted = isOver ? { count: 0, until: now() + forgeryWindow } : present;
      counted.count += 1;
      remember(forgeries, source, counted, maxSources);
    },
  };
}
