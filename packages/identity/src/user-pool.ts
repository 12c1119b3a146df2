import {
  CognitoIdentityProviderClient,
  CognitoIdentityProviderServiceException,
} from "@aws-sdk/client-cognito-identity-provider";
import { type Problem, problem } from "@parley/http/problem";
import { describeError } from "@parley/runtime/describe-error";
import { logger } from "@parley/runtime/logger";
import { traced } from "@parley/runtime/tracer";

export interface UserPool {
  client: CognitoIdentityProviderClient;
  clientId: string;
}

/** What becomes of the exceptions an operation knows, by Cognito's name; `undefined` goes on as if all were well. */
export type Refusals = Readonly<Record<string, (error: Error) => Problem | undefined>>;

/** Opens the SDK's client. Two attempts of 10 s at most stay within the gateway's 30 s. */
export function openUserPoolClient(): CognitoIdentityProviderClient {
  return new CognitoIdentityProviderClient({
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 2000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  });
}

/** The pool as a client of it sees it. */
export function openUserPool(clientId: string): UserPool {
  return { client: openUserPoolClient(), clientId };
}

/**
 * Makes one call. A lock after wrong passwords is 429. Other exceptions in `refusals` become what they say there,
 * throttling 429, an unreachable or failing Cognito 503; any other rejects as it is and ends as 500.
 * @returns the answer, or undefined after an exception that a refusal passed over
 */
export async function callUserPool<T>(
  name: string,
  send: () => Promise<T>,
  refusals: Refusals,
): Promise<T | undefined> {
  try {
    return await traced(`cognito ${name}`, send);
  } catch (error) {
    if (isLockout(error)) throw tooManyAttempts();
    const refusal = error instanceof Error ? refusals[error.name] : undefined;
    if (!refusal) throw generalProblem(name, error) ?? error;
    const refused = refusal(error as Error);
    if (refused) throw refused;
    return undefined;
  }
}

const throttling = new Set([
  "LimitExceededException",
  "TooManyRequestsException",
  "TooManyFailedAttemptsException",
]);

/** Cognito does not say how long: a lock after wrong passwords lasts from a second to 15 minutes. */
function tooManyAttempts(): Problem {
  return problem("rate-limited", {
    detail: "Too many attempts. Try again later.",
    headers: { "Retry-After": "60" },
  });
}

/** Cognito has one exception for a wrong password and for the lock that several wrong ones bring, on any address. */
function isLockout(error: unknown): boolean {
  return (
    error instanceof Error &&
    error.name === "NotAuthorizedException" &&
    /attempts exceeded/i.test(error.message)
  );
}

function generalProblem(name: string, error: unknown): Problem | undefined {
  if (error instanceof Error && throttling.has(error.name)) return tooManyAttempts();
  if (!isUnavailable(error)) return undefined;
  logger.warn("cognito unavailable", { call: name, error: { ...describeError(error) } });
  return problem("unavailable");
}

/** No connection, no answer in time, or a failure that Cognito calls its own. */
function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof CognitoIdentityProviderServiceException) {
    return error.$fault === "server" || (error.$metadata.httpStatusCode ?? 0) >= 500;
  }
  const hasNetworkCode = "code" in error && typeof error.code === "string" && /^E[A-Z_]+$/.test(error.code);
  return hasNetworkCode || error.name === "TimeoutError";
}
