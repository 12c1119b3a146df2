import type { Row } from "./report.ts";

// us-east-1, USD; docs/performance.md says where each number comes from.
const price = {
  gatewayRequest: 1e-6,
  lambdaRequest: 0.2e-6,
  lambdaGbSecond: 13.3334e-6,
  queueRequest: 0.4e-6,
};
const assumed = {
  /** One send, and polls until the reply is seen. */
  polls: 2,
  apiSeconds: 0.015,
  apiGigabytes: 0.5,
  replySeconds: 5,
  workerGigabytes: 1,
  /** Replies that an environment runs at once. */
  repliesAtOnce: 10,
  /** One send of a batch, and the job's and the check's share of receives, deletions and holds. */
  queueRequests: 2.1,
};

/** Dollars for a million messages and their replies, without model, database, cache and logs. */
function costPerMillion(repliesAtOnce: number): number {
  const requests = 1 + assumed.polls;
  const gateway = requests * price.gatewayRequest;
  // A third more for the authorizer, which the gateway caches for a minute, and the worker's and the check's share.
  const calls = (requests * 1.33 + 2 / repliesAtOnce) * price.lambdaRequest;
  const api = requests * assumed.apiSeconds * assumed.apiGigabytes * price.lambdaGbSecond;
  const worker = (assumed.replySeconds * assumed.workerGigabytes * price.lambdaGbSecond) / repliesAtOnce;
  return 1e6 * (gateway + calls + api + worker + assumed.queueRequests * price.queueRequest);
}

export function costRows(): Row[] {
  const section = "Cost per million messages (replies of 5 s)";
  const row = (repliesAtOnce: number) => ({
    section,
    name: `${repliesAtOnce} replies at once in an environment`,
    value: costPerMillion(repliesAtOnce),
    unit: "$",
  });
  return [row(1), row(5), { ...row(assumed.repliesAtOnce), budget: { maximum: 8 } }];
}
