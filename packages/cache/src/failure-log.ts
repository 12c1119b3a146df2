import { describeError } from "@parley/runtime/describe-error";
import { tooSlow } from "./store.ts";

export interface FailureLog {
  failed(error: unknown): void;
  succeeded(): void;
}

interface FailureLogOptions {
  readonly warn: (message: string, details: Record<string, string>) => void;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

const warnEveryMillis = 60_000;
/** A cache that has just started is slow for a moment; one that stays slow for this long is worth a warning. */
const slowForMillis = 30_000;
const slowCodes = new Set([tooSlow, "TIMEOUT_ERROR"]);

/**
 * Warns of failures once a minute: of slow answers when none was in time for half a minute, of all else at once. Keys
 * and values stay out of the log: the code says what to look for.
 */
export function createFailureLog({ warn, now = () => performance.now() }: FailureLogOptions): FailureLog {
  let failingSince: number | undefined;
  let warnedAt = Number.NEGATIVE_INFINITY;
  return {
    failed(error) {
      failingSince ??= now();
      const code = codeOf(error);
      const isBrief = slowCodes.has(code) && now() - failingSince < slowForMillis;
      if (isBrief || now() - warnedAt < warnEveryMillis) return;
      warnedAt = now();
      warn("the cache is not answering; reads go to the database", { code });
    },
    succeeded() {
      failingSince = undefined;
    },
  };
}

/** The class's name would be the bundler's. */
function codeOf(error: unknown): string {
  const { code, name } = describeError(error);
  return code ?? name;
}
