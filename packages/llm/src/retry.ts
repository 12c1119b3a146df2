const BASE_MILLIS = 500;
const CAP_MILLIS = 8_000;
const LONGEST_WAIT_MILLIS = 60_000;

export interface RetryDelayInput {
  /** How many attempts have failed so far: 1 after the first. */
  readonly attempt: number;
  /** What the provider asked for, if it did. */
  readonly retryAfterMillis?: number | undefined;
  /** A random number in [0, 1). */
  readonly random: number;
}

/**
 * How long to wait before the next attempt, in milliseconds: exponential backoff with full jitter (any time
 * between 0 and 0.5, 1, 2, 4, at most 8 s), or the provider's own wish if that is longer.
 * Source: aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter
 */
export function retryDelayMillis({ attempt, retryAfterMillis = 0, random }: RetryDelayInput): number {
  const ceiling = Math.min(CAP_MILLIS, BASE_MILLIS * 2 ** (attempt - 1));
  return Math.max(Math.floor(random * ceiling), retryAfterMillis);
}

/** Whether a provider may be waited for at all, given what time there is. */
export function isWorthWaiting(retryAfterMillis: number | undefined, leftMillis: number): boolean {
  return (retryAfterMillis ?? 0) <= Math.min(LONGEST_WAIT_MILLIS, leftMillis);
}
