import type { CallOptions } from "./call.ts";
import { type Answered, errorOf, ParleyError } from "./error.ts";
import type { RouteKey, RoutesByKey } from "./operations.ts";

/**
 * The access token or API key of a request. A function is asked before each request, and once more with
 * `isRefused` when the API answers 401: then it fetches a new one.
 */
export type Token =
  | string
  | ((about: { isRefused: boolean }) => string | undefined | Promise<string | undefined>);

export interface RequestOptions extends CallOptions {
  ifNoneMatch?: string | undefined;
}

export interface Sender {
  readonly baseUrl: string;
  readonly token: Token | undefined;
  readonly fetch: typeof fetch;
}

const maxRetries = 2;
const backoffMillis = 250;
/** Whoever must wait longer than this decides for themselves. */
const maxRetryAfterSeconds = 20;
const timeoutMillis = 30_000;
const transientStatuses = new Set([0, 429, 502, 503, 504]);

/** What may work later, unlike a refusal. */
export function isTransient(error: unknown): error is ParleyError {
  return error instanceof ParleyError && transientStatuses.has(error.status);
}

type SignedAuthPath = {
  [K in RouteKey]: RoutesByKey[K] extends { auth: "user"; path: infer P extends `/v1/auth/${string}` }
    ? P
    : never;
}[RouteKey];

/** Of the routes that sign people in and out, those of somebody who is signed in. The compiler asks for each. */
const signedAuthPaths: Readonly<Record<SignedAuthPath, true>> = {
  "/v1/auth/change-password": true,
  "/v1/auth/change-email": true,
  "/v1/auth/confirm-email": true,
  "/v1/auth/sign-out-everywhere": true,
};

/** Waits; rejects with the signal's reason when it is aborted. */
export function sleep(millis: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, millis);
    if (signal?.aborted) abort();
    else signal?.addEventListener("abort", abort, { once: true });
  });
}

export async function tokenOf({ token }: Sender, isRefused: boolean): Promise<string | undefined> {
  return typeof token === "function" ? token({ isRefused }) : token;
}

/** Writes an operation's input where its route wants it: path, query, or body. */
function requestOf(
  key: string,
  input: Readonly<Record<string, unknown>> = {},
): { method: string; path: string; body: string | undefined } {
  const [method = "", template = ""] = key.split(" ");
  const rest = { ...input };
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => {
    delete rest[name];
    return encodeURIComponent(String(input[name]));
  });
  if (method === "POST" || method === "PATCH" || method === "PUT") {
    return { method, path, body: Object.keys(rest).length > 0 ? JSON.stringify(rest) : undefined };
  }
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(rest)) {
    // Such as `metadata: { project: "garden" }`, which a URL has as `metadata.project=garden`.
    if (typeof value === "object" && value !== null) {
      for (const [key, member] of Object.entries(value)) query.set(`${name}.${key}`, String(member));
    } else if (value !== undefined) query.set(name, String(value));
  }
  return { method, path: query.size > 0 ? `${path}?${query}` : path, body: undefined };
}

/** A connection may also break in the middle of an answer, or never come to its end. */
async function once(sender: Sender, url: string, init: RequestInit, signal?: AbortSignal): Promise<Answered> {
  const timeout = AbortSignal.timeout(timeoutMillis);
  try {
    const response = await sender.fetch(url, {
      ...init,
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    const { status, headers } = response;
    return { status, headers, text: await response.text() };
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    throw new ParleyError("The API cannot be reached.", { cause });
  }
}

/**
 * Calls a route, and again after a network error, 429, 502, 503 or 504, as the server asks or with growing delays.
 * Throws ParleyError. A 304 is answered like any success.
 */
export async function request(
  sender: Sender,
  key: string,
  input?: Readonly<Record<string, unknown>>,
  { signal, ifMatch, ifNoneMatch, idempotencyKey }: RequestOptions = {},
): Promise<Answered> {
  const { method, path, body } = requestOf(key, input);
  const isAuth = path.startsWith("/v1/auth/");
  const isSigned = !isAuth || path in signedAuthPaths;
  const fixed = {
    "content-type": body && "application/json",
    "if-match": ifMatch,
    "if-none-match": ifNoneMatch,
    "idempotency-key": method === "POST" && !isAuth && (idempotencyKey ?? crypto.randomUUID()),
  };

  async function send(isRefused: boolean): Promise<Answered> {
    const token = isSigned && (await tokenOf(sender, isRefused));
    const all = Object.entries({ ...fixed, authorization: token && `Bearer ${token}` });
    const headers = Object.fromEntries(all.filter((header): header is [string, string] => !!header[1]));
    const init = { method, headers, ...(body && { body }) };
    const answered = await once(sender, sender.baseUrl + path, init, signal);
    // A token is asked for a second time when the first one is refused.
    const asksAgain = answered.status === 401 && isSigned && !isRefused && typeof sender.token === "function";
    return asksAgain ? send(true) : answered;
  }

  for (let retry = 0; ; retry += 1) {
    try {
      const answered = await send(false);
      if (answered.status < 400) return answered;
      throw errorOf(answered);
    } catch (error) {
      // Registering or confirming twice is refused, so that a repeated request would hide that the first succeeded.
      if (!isTransient(error) || isAuth || retry >= maxRetries) throw error;
      const { retryAfter = 0 } = error;
      if (retryAfter > maxRetryAfterSeconds) throw error;
      await sleep(retryAfter * 1000 + Math.random() * backoffMillis * 2 ** retry, signal);
    }
  }
}
