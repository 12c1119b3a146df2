/** Why a model gave no answer, as told to the user (`reply.error.code` of the API). */
export type LlmErrorCode =
  | "provider_unavailable"
  | "provider_rejected"
  | "content_filtered"
  | "context_too_long"
  | "output_limit_reached"
  | "timed_out";

/** What may be added to an error for operators of the service. */
export interface LlmErrorDetails {
  /** Whether the same request may succeed later. */
  readonly retryable?: boolean | undefined;
  /** How long the provider asks us to wait, in milliseconds. */
  readonly retryAfterMillis?: number | undefined;
  /** HTTP status of the provider's answer. */
  readonly status?: number | undefined;
  /** What the provider calls it: a code or type of its own, never a sentence. */
  readonly reason?: string | undefined;
  /** The provider's id of the request, for a support case. */
  readonly requestId?: string | undefined;
  /** Host and port that could not be reached. */
  readonly address?: string | undefined;
  /** Whether it may lie in what the request holds, and not in who sends it or in how the provider is. */
  readonly liesInRequest?: boolean | undefined;
  /** Whether the request may only have been refused because it offered tools. */
  readonly refusesTools?: boolean | undefined;
  /** Whether the model wrote a call of a tool that its provider could not read. */
  readonly wroteBadCall?: boolean | undefined;
  /** Whether the next request will be made as this server wants it. */
  readonly isAdjusted?: boolean | undefined;
}

/**
 * The one error a provider throws. Its message is a sentence of ours, safe for users and logs. It has no
 * `cause` on purpose: loggers print causes, and a provider's error can hold keys and chat text.
 */
export class LlmError extends Error {
  override readonly name = "LlmError";
  readonly code: LlmErrorCode;
  readonly retryable: boolean;
  readonly retryAfterMillis: number | undefined;
  readonly status: number | undefined;
  readonly reason: string | undefined;
  readonly requestId: string | undefined;
  readonly address: string | undefined;
  readonly liesInRequest: boolean;
  readonly refusesTools: boolean;
  readonly wroteBadCall: boolean;
  readonly isAdjusted: boolean;

  constructor(code: LlmErrorCode, message: string, details: LlmErrorDetails = {}) {
    super(message);
    this.code = code;
    this.retryable = details.retryable ?? false;
    this.retryAfterMillis = details.retryAfterMillis;
    this.status = details.status;
    this.reason = details.reason;
    this.requestId = details.requestId;
    this.address = details.address;
    this.liesInRequest = details.liesInRequest ?? false;
    this.refusesTools = details.refusesTools ?? false;
    this.wroteBadCall = details.wroteBadCall ?? false;
    this.isAdjusted = details.isAdjusted ?? false;
  }
}

/** The error of a stream that ended, or broke, before the provider said that the answer is complete. */
export function cutStreamError(networkCode?: string): LlmError {
  return new LlmError("provider_unavailable", "The model provider's answer broke off.", {
    retryable: true,
    reason: networkCode,
  });
}

/** The error of a connection that could not be made, or over which no answer began. */
export function networkError(
  server: { provider: string; address: string },
  networkCode: string | undefined,
): LlmError {
  return new LlmError("provider_unavailable", `The model provider ${server.provider} cannot be reached.`, {
    retryable: true,
    reason: networkCode,
    address: server.address,
  });
}

/** The error of a request that the server wants otherwise, as it will be made from now on. */
export function adjustedError(details: LlmErrorDetails): LlmError {
  return new LlmError("provider_rejected", "The model provider refused a parameter of the request.", {
    ...details,
    liesInRequest: true,
    isAdjusted: true,
  });
}

/** The error of a stream whose end mark says that something went wrong, or says nothing that we know. */
export function failedEndingError(retryable: boolean): LlmError {
  return new LlmError("provider_unavailable", "The model provider ended its answer with an error.", {
    retryable,
  });
}

/** The error of a stream that ended over a call of a tool. */
export function badCallError(): LlmError {
  const details = { retryable: true, liesInRequest: true, wroteBadCall: true };
  return new LlmError(
    "provider_unavailable",
    "The model provider could not read what the model wrote.",
    details,
  );
}

/** The error of a model that thought until its length limit: it would do so again. */
export function spentLimitError(): LlmError {
  return new LlmError(
    "output_limit_reached",
    "The model reached its length limit before it wrote an answer.",
  );
}

/** The error of a provider that wants to be asked again only when it is too late. */
export function longWaitError({ code, status, requestId, retryAfterMillis = 0 }: LlmError): LlmError {
  const minutes = Math.ceil(retryAfterMillis / 60_000);
  const message = `The model provider asks for a wait of ${minutes} min before the next request.`;
  return new LlmError(code, message, { status, requestId, retryAfterMillis });
}

/** The error of an answer that the provider withheld or stopped for its content. */
export function contentFilteredError(): LlmError {
  return new LlmError("content_filtered", "The model provider's content filter refused this conversation.");
}

/**
 * What to throw once `signal` is aborted: the reason it was aborted with, so that the caller recognises its own
 * cancel; a timeout becomes a retryable `timed_out`.
 */
export function abortError(signal: AbortSignal): unknown {
  const reason: unknown = signal.reason;
  if (reason instanceof Error && reason.name === "TimeoutError") {
    return new LlmError("timed_out", "The model took too long to answer.", { retryable: true });
  }
  return reason;
}
