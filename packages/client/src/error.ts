import type { ProblemDocument } from "./types.ts";

/** A request that was refused, or not answered: then `status` is 0. */
export class ParleyError extends Error {
  override readonly name = "ParleyError";
  readonly status: number;
  /** What the API says of it; undefined where the answer was not the API's own. */
  readonly problem: ProblemDocument | undefined;
  /** `X-Request-Id`, by which the logs know the request. */
  readonly requestId: string | undefined;
  /** What the server asks to wait, in seconds. */
  readonly retryAfter: number | undefined;

  constructor(message: string, details: Partial<Omit<ParleyError, "name" | "message">> = {}) {
    super(message, "cause" in details ? { cause: details.cause } : undefined);
    this.status = details.status ?? 0;
    this.problem = details.problem;
    this.requestId = details.requestId;
    this.retryAfter = details.retryAfter;
  }
}

/** The error that a response stands for. */
export async function errorOf(response: Response): Promise<ParleyError> {
  const { status, headers } = response;
  const text = await response.text().catch(() => "");
  const problem = headers.get("content-type")?.startsWith("application/problem+json")
    ? (JSON.parse(text) as ProblemDocument)
    : undefined;
  const retryAfter = headers.get("retry-after");
  return new ParleyError(problem?.detail ?? problem?.title ?? `The API answered ${status}.`, {
    status,
    problem,
    requestId: headers.get("x-request-id") ?? undefined,
    retryAfter: retryAfter === null ? undefined : Number(retryAfter),
  });
}
