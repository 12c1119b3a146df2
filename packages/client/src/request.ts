import type { CallOptions } from "./call.ts";
import { errorOf, ParleyError } from "./error.ts";
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

async function once(sender: Sender, url: string, init: RequestInit, signal?: AbortSignal): Promise<Response> {
  const timeout = AbortSignal.timeout(timeoutMillis);
  try {
    return await sender.fetch(url, {
      ...init,
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    throw new ParleyError("The API cannot be reached.", { cause });
  }
}

/** Its token is asked for a second time when the first one is refused. */
async function authorized(
  sender: Sender,
  url: string,
  init: RequestInit & { headers: Record<string, string> },
  signal?: AbortSignal,
): Promise<Response> {
  const send = async (isRefused: boolean) => {
    const token = await tokenOf(sender, isRefused);
    const headers =
      token === undefined ? init.headers : { ...init.headers, authorization: `Bearer ${token}` };
    return once(sender, url, { ...init, headers }, signal);
  };
  const response = await send(false);
  return response.status === 401 && typeof sender.token === "function" ? send(true) : response;
}

function headersOf({ ifMatch, ifNoneMatch }: RequestOptions, hasBody: boolean): Record<string, string> {
  return {
    ...(hasBody && { "content-type": "application/json" }),
    ...(ifMatch !== undefined && { "if-match": ifMatch }),
    ...(ifNoneMatch !== undefined && { "if-none-match": ifNoneMatch }),
  };
}

/**
 * Calls a route, and again after a network error, 429, 502, 503 or 504, as the server asks or with growing delays.
 * Throws ParleyError. A 304 is answered like any success.
 */
export async function request(
  sender: Sender,
  key: string,
  input?: Readonly<Record<string, unknown>>,
  options: RequestOptions = {},
): Promise<Response> {
  const { method, path, body } = requestOf(key, input);
  const isAuth = path.startsWith("/v1/auth/");
  const { signal } = options;
  const headers = {
    ...headersOf(options, body !== undefined),
    ...(method === "POST" && !isAuth && { "idempotency-key": options.idempotencyKey ?? crypto.randomUUID() }),
  };
  const call = isAuth && !(path in signedAuthPaths) ? once : authorized;
  for (let retry = 0; ; retry += 1) {
    const error = await call(
      sender,
      sender.baseUrl + path,
      { method, headers, ...(body !== undefined && { body }) },
      signal,
    ).then(
      async (response) => (response.ok || response.status === 304 ? response : errorOf(response)),
      (thrown: unknown) => thrown,
    );
    if (error instanceof Response) return error;
    // Registering or confirming twice is refused, so that a repeated request would hide that the first succeeded.
    if (!isTransient(error) || isAuth || retry >= maxRetries) throw error;
    if ((error.retryAfter ?? 0) > maxRetryAfterSeconds) throw error;
    await sleep((error.retryAfter ?? 0) * 1000 + Math.random() * backoffMillis * 2 ** retry, signal);
  }
}
