import { contentFilteredError, LlmError, type LlmErrorDetails } from "./errors.ts";
import {
  FILTER_CODES,
  FILTER_MESSAGE,
  OVERFLOW_CODES,
  OVERFLOW_MESSAGE,
  SPENDING_CODES,
  SPENDING_MESSAGE,
} from "./failure-words.ts";
import { parseRetryAfter } from "./retry-after.ts";

/** What a provider's SDK says about a failed call. Read here, and never passed on. */
export interface ProviderFailure {
  /** Undefined for network failures and for error events inside a stream that began with 200. */
  readonly status: number | undefined;
  readonly headers: Headers | undefined;
  /** The machine-readable codes and types of the body, of either provider's vocabulary. */
  readonly codes: readonly string[];
  /** The human-readable message of the body: the only place where some servers tell an overflow. */
  readonly message: string;
  /** Whether there is no answer, or no more of it. */
  readonly isOfNetwork?: boolean;
  /** What the network said of that, where it has a code for it. */
  readonly networkCode?: string | undefined;
  /** What of the request the body says it is about. */
  readonly parameters?: readonly string[];
}

const REJECTION_TYPES =
  /^(invalid_request_error|authentication_error|permission_error|not_found_error|model_not_found|invalid_api_key)$/;
// Local servers: "… does not support tools". Routers: "no endpoints found that support tool use".
const TOOLS_MESSAGE = /\btool(s|_choice| use| choice| call)?\b|function call/i;
// Groq's.
const BAD_CALL_CODES = /^tool_use_failed$/;
const TRANSIENT_STATUS = new Set([408, 409, 425, 429]);
// Cohere's, for blocked input or output.
const BLOCKED_STATUS = 498;
const SENDER_STATUS = new Set([401, 403, 404]);
const MAX_REQUEST_ID_LENGTH = 128;

/**
 * Turns a provider's failure into our own error. Order matters: providers report refused content, overflows
 * and exhausted budgets under the statuses of ordinary errors. What nobody can place (no status, no known
 * type) is the network's or the provider's trouble, and worth another attempt.
 */
export function toLlmError(failure: ProviderFailure, now: number): LlmError {
  const { status, codes, message } = failure;
  const has = (pattern: RegExp) => codes.some((code) => pattern.test(code));
  const refused = status === undefined || (status >= 400 && status < 500 && !TRANSIENT_STATUS.has(status));

  if (has(FILTER_CODES) || status === BLOCKED_STATUS || (refused && FILTER_MESSAGE.test(message)))
    return contentFilteredError();
  if (has(OVERFLOW_CODES) || status === 413 || (refused && OVERFLOW_MESSAGE.test(message))) {
    return contextTooLongError();
  }
  const details = detailsOf(failure);
  const outOfBudget = (refused || status === 429) && SPENDING_MESSAGE.test(message);
  if (status === 402 || has(SPENDING_CODES) || outOfBudget) {
    return new LlmError("provider_rejected", "The model provider's spending limit is reached.", details);
  }
  if (status === undefined ? has(REJECTION_TYPES) : refused) {
    const refusesTools = namesTools(failure);
    const liesInRequest = status === undefined || !SENDER_STATUS.has(status);
    const kind = { ...details, refusesTools, liesInRequest, wroteBadCall: has(BAD_CALL_CODES) };
    return new LlmError("provider_rejected", rejectionSentence(status), kind);
  }
  return new LlmError("provider_unavailable", unavailabilitySentence(status), {
    ...details,
    retryable: true,
    // Some servers call what their template cannot do a fault of their own.
    refusesTools: status === 500 && namesTools(failure),
    retryAfterMillis: failure.headers && parseRetryAfter(failure.headers, now),
  });
}

/** Says whether a refusal may be one of the tools that were offered. */
export function namesTools({ message, parameters = [] }: ProviderFailure): boolean {
  return [message, ...parameters].some((text) => TOOLS_MESSAGE.test(text));
}

/** The error of a conversation that does not fit into the model's context. */
export function contextTooLongError(): LlmError {
  return new LlmError("context_too_long", "The message is too long for this model.");
}

function rejectionSentence(status: number | undefined): string {
  if (status === 401 || status === 403) return "The model provider refused this deployment's key.";
  if (status === 404) return "The model provider does not know this model.";
  return "The model provider refused the request.";
}

function unavailabilitySentence(status: number | undefined): string {
  if (status === 429) return "The model provider is limiting the rate of requests.";
  if (status === 529) return "The model provider is overloaded.";
  return "The model provider is not available.";
}

// All that reaches our logs of what a provider says, so it may only look like what it should be.
const REQUEST_ID = /^[\w.-]+$/;
const REASON = /^(?!sk-)[A-Za-z][\w.-]{0,63}$/;

function detailsOf({ status, headers, codes }: ProviderFailure): LlmErrorDetails {
  const requestId = headers?.get("x-request-id") ?? headers?.get("request-id") ?? "";
  return {
    status,
    reason: codes.find((code) => REASON.test(code) && code !== "error"),
    requestId: REQUEST_ID.test(requestId) ? requestId.slice(0, MAX_REQUEST_ID_LENGTH) : undefined,
  };
}
