import { setTimeout as sleep } from "node:timers/promises";
import type { Told } from "../invariants/told.ts";

/** What a request was answered. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // The contract's schemas are tested elsewhere; here only ids and states are read.
  readonly body: Record<string, never> & { id?: string; status?: string };
  readonly text: string;
}

export interface ChaosRequest {
  readonly method?: string;
  readonly path: string;
  readonly body?: object;
  readonly key?: string;
}

/** A signed-in client that puts up with faults and minds its answers. */
export interface ChaosClient {
  readonly email: string;
  /** One try. */
  once(request: ChaosRequest): Promise<Answer>;
  /** Tries again, with the same key, until the answer is no failure of the server's; undefined after a minute. */
  settle(request: ChaosRequest): Promise<Answer | undefined>;
}

const patientMillis = 60_000;
const longestMillis = 45_000;

const isProblem = ({ headers }: { headers: Headers }) =>
  headers.get("content-type") === "application/problem+json";

/** Counts an answer by its status, or that none came; of failures it is also said whose they are, and of what. */
export function count(
  statuses: Map<string, number>,
  answer: { status: number; headers: Headers } | undefined,
  of = "",
): void {
  const { status = 0 } = answer ?? {};
  const failure =
    answer === undefined ? "none" : `${status} ${isProblem(answer) ? "ours" : "of the gateway"}`;
  const name = status === 0 || status >= 500 ? `${failure} ${of}`.trim() : String(status);
  statuses.set(name, (statuses.get(name) ?? 0) + 1);
}

/** Judges what no client may ever get; the rest is a fault that shows. */
function mind(
  told: Told,
  statuses: Map<string, number>,
  request: ChaosRequest,
  answer: Answer,
  canaries: readonly string[],
) {
  const { status, headers, text } = answer;
  const isOurs = isProblem(answer);
  count(statuses, answer);
  const wrong = (number: number, detail: string) =>
    told.wrongAnswers.push({ number, id: `${request.method ?? "GET"} ${request.path}`, detail });
  if (status === 500 && isOurs) wrong(14, text.slice(0, 200));
  if (status === 503 && isOurs && headers.get("retry-after") === null) wrong(14, "503 without Retry-After");
  for (const canary of canaries) if (text.includes(canary)) wrong(11, "an answer shows a canary");
}

export interface ClientOptions {
  readonly url: string;
  readonly token: string;
  readonly email: string;
  readonly told: Told;
  /** How often each status was answered. */
  readonly statuses: Map<string, number>;
  /** Secrets that no answer may show. */
  readonly canaries: readonly string[];
}

export function createChaosClient(options: ClientOptions): ChaosClient {
  const { url, token, email, told, statuses, canaries } = options;

  async function answered(request: ChaosRequest): Promise<Response> {
    const { method = "GET", path, body, key } = request;
    return fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { "content-type": "application/json" }),
        ...(key !== undefined && { "idempotency-key": key }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(longestMillis),
    });
  }

  async function once(request: ChaosRequest): Promise<Answer> {
    const response = await answered(request).catch((error: unknown) => {
      count(statuses, undefined);
      throw error;
    });
    const text = await response.text();
    const parsed = text.startsWith("{") ? JSON.parse(text) : {};
    const answer = { status: response.status, headers: response.headers, body: parsed, text };
    mind(told, statuses, request, answer, canaries);
    return answer;
  }

  return {
    email,
    once,
    async settle(request) {
      const until = Date.now() + patientMillis;
      while (Date.now() < until) {
        const answer = await once(request).catch(() => undefined);
        if (answer !== undefined && answer.status < 500 && answer.status !== 429) return answer;
        await sleep(200);
      }
      return undefined;
    },
  };
}
