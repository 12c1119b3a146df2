import { limitExceeded, notAuthorized } from "./errors.ts";

const hour = 3_600_000;
const attemptsPerHour = 5;
const lockoutForgottenAfter = 15 * 60_000;
const longestLockout = 15 * 60_000;
const maximumEntries = 10_000;

/**
 * Counts attempts in memory: a restart forgives, as nothing of value hangs on it here.
 * Names that no user has are counted too, so that a limit does not tell who is registered.
 */
export interface Attempts {
  /** Throws LimitExceededException when `key` has used up its five attempts of this hour. */
  require(key: string): void;
  add(key: string): void;
  clear(key: string): void;
  /** Throws while sign-in is locked for this name; such attempts do not prolong the lock. */
  requireUnlocked(username: string): void;
  addFailedSignIn(username: string): void;
}

/** Creates the counters; `clock` gives milliseconds since the epoch. */
export function createAttempts(clock: () => number): Attempts {
  const windows = new Map<string, { count: number; startedAt: number }>();
  const lockouts = new Map<string, { failures: number; failedAt: number; lockedUntil: number }>();
  const lockKey = (username: string) => `sign-in:${username.toLowerCase()}`;
  const current = (key: string) => {
    const window = windows.get(key);
    return window && window.startedAt + hour > clock() ? window : undefined;
  };
  return {
    require(key) {
      if ((current(key)?.count ?? 0) >= attemptsPerHour) throw limitExceeded();
    },
    add(key) {
      const window = current(key) ?? { count: 0, startedAt: clock() };
      remember(windows, key, { ...window, count: window.count + 1 });
    },
    clear(key) {
      windows.delete(key);
      lockouts.delete(key);
    },
    requireUnlocked(username) {
      if ((lockouts.get(lockKey(username))?.lockedUntil ?? 0) > clock()) {
        throw notAuthorized("Password attempts exceeded");
      }
    },
    addFailedSignIn(username) {
      const before = lockouts.get(lockKey(username));
      const isFresh = !before || before.failedAt + lockoutForgottenAfter < clock();
      const failures = isFresh ? 1 : before.failures + 1;
      // From the fifth failure on, Cognito locks for 2^(n-5) seconds, up to about 15 minutes.
      const lock = failures < 5 ? 0 : Math.min(longestLockout, 1000 * 2 ** (failures - 5));
      remember(lockouts, lockKey(username), { failures, failedAt: clock(), lockedUntil: clock() + lock });
    },
  };
}

function remember<V>(entries: Map<string, V>, key: string, value: V): void {
  entries.delete(key);
  entries.set(key, value);
  const oldest = entries.size > maximumEntries ? entries.keys().next().value : undefined;
  if (oldest !== undefined) entries.delete(oldest);
}
