import { type Problem, problem } from "./problem.ts";
import { remember } from "./remember.ts";

export interface ExceededRate {
  /** Name of the policy: `requests`, `sends`. */
  policy: string;
  /** What is allowed, in words: `20 a second`. */
  allowed: string;
  /** Requests per window. */
  limit: number;
  windowSeconds: number;
  /** When the next request will pass; rounded up to whole seconds. */
  retryAfterSeconds: number;
}

/** A 429 with `Retry-After`, `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers). */
export function rateLimited({
  policy,
  allowed,
  limit,
  windowSeconds,
  retryAfterSeconds,
}: ExceededRate): Problem {
  const seconds = Math.max(1, Math.ceil(retryAfterSeconds));
  return problem("rate-limited", {
    detail: `At most ${allowed}. Try again in ${seconds} s.`,
    headers: {
      "Retry-After": String(seconds),
      RateLimit: `"${policy}";r=0;t=${seconds}`,
      "RateLimit-Policy": `"${policy}";q=${limit};w=${windowSeconds}`,
    },
  });
}

/** Users remembered at once; the one seen longest ago is forgotten first. */
const maxUsers = 10_000;

/**
 * A token bucket per user in this environment's memory, so the true limit is this times the environments that
 * serve the user: enough to stop a runaway client without a round trip.
 * @param perSecond 0 = no limit.
 * @param now milliseconds.
 * @returns a function that throws a 429 `Problem` when the user's bucket is empty.
 */
export function createRateLimit(perSecond: number, now: () => number = Date.now) {
  const buckets = new Map<string, { left: number; at: number }>();
  return (userId: string): void => {
    if (perSecond === 0) return;
    const time = now();
    const bucket = buckets.get(userId) ?? { left: perSecond, at: time };
    const left = Math.min(perSecond, bucket.left + ((time - bucket.at) / 1000) * perSecond);
    remember(buckets, userId, { left: left < 1 ? left : left - 1, at: time }, maxUsers);
    if (left < 1) {
      const retryAfterSeconds = (1 - left) / perSecond;
      throw rateLimited({
        policy: "requests",
        allowed: `${perSecond} a second`,
        limit: perSecond,
        windowSeconds: 1,
        retryAfterSeconds,
      });
    }
  };
}
