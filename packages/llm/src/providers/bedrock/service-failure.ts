import { numberOf, property, textOf } from "../../json-shape.ts";

/** A failure of the service, in the shape that the other SDKs' errors have. */
class ServiceFailure extends Error {
  override readonly name = "ServiceFailure";
  readonly status: number | undefined;
  readonly headers: Headers;
  readonly error: { readonly code: string; readonly message: string };

  constructor(code: string, message: string, status: number | undefined, requestId: string | undefined) {
    super("The service refused the request.");
    this.status = status;
    this.headers = new Headers(requestId === undefined ? {} : { "x-request-id": requestId });
    this.error = { code, message };
  }
}

// An exception within a stream has no status of its own.
const STATUS_OF: Readonly<Record<string, number>> = {
  ThrottlingException: 429,
  ModelNotReadyException: 429,
  ServiceQuotaExceededException: 429,
  ModelTimeoutException: 408,
  ValidationException: 400,
  AccessDeniedException: 403,
  ResourceNotFoundException: 404,
  InternalServerException: 500,
  ServiceUnavailableException: 503,
  ModelStreamErrorException: 502,
  ModelErrorException: 502,
  // Of the SDK, where this environment has no credentials.
  CredentialsProviderError: 401,
};

/** An exception of the AWS SDK as a failure of a provider; the network's errors as they are. */
export function asServiceFailure(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message } = error;
  const metadata = property(error, "$metadata");
  const status = STATUS_OF[name] ?? numberOf(property(metadata, "httpStatusCode"));
  const isException = property(error, "$fault") !== undefined || STATUS_OF[name] !== undefined;
  if (!isException) return error;
  return new ServiceFailure(name, message, status, textOf(property(metadata, "requestId")));
}
