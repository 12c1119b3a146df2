import type { ProblemDocument } from "./types.ts";

/** A request that was refused, or not answered: then `status` is 0. */
export class ParleyError extends Error {
  override readonly name = "ParleyError";
  declare readonly status: number;
  /** What the API says of it; undefined where the answer was not the API's own. */
  declare readonly problem: ProblemDocument | undefined;
  /** `X-Request-Id`, by which the logs know the request. */
  declare readonly requestId: string | undefined;
  /** What the server asks to wait, in seconds. */
  declare readonly retryAfter: number | undefined;

  constructor(message: string, details: Partial<Omit<ParleyError, "name" | "message">> = {}) {
    super(message, details);
    Object.assign(this, { status: 0 }, details);
  }
}

/** An answer that has been read to its end. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** What it says as JSON of that media type; undefined where it is something else, such as the sign-in page of a proxy. */
function read({ headers, text }: Answered, type: string): unknown {
  if (!headers.get("content-type")?.startsWith(type)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @throws ParleyError where it is not the API's */
export function jsonOf<T>(answered: Answered): T {
  const value = read(answered, "application/json");
  if (value === undefined) throw new ParleyError("The answer is not the API's.", { status: answered.status });
  return value as T;
}

/** The error that an answer stands for. */
export function errorOf(answered: Answered): ParleyError {
  const { status, headers } = answered;
  const problem = read(answered, "application/problem+json") as ProblemDocument | undefined;
  const retryAfter = headers.get("retry-after");
  return new ParleyError(problem?.detail ?? problem?.title ?? `The API answered ${status}.`, {
    status,
    problem,
    requestId: headers.get("x-request-id") ?? undefined,
    retryAfter: retryAfter ? Number(retryAfter) : undefined,
  });
}
