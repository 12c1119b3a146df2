/** A refusal as Cognito words it; `name` is the service's own exception name, which the SDK turns into a class. */
export class CognitoError extends Error {
  readonly httpStatus: number;

  constructor(name: string, message: string, httpStatus = 400) {
    super(message);
    this.name = name;
    this.httpStatus = httpStatus;
  }
}

export const notAuthorized = (message: string) => new CognitoError("NotAuthorizedException", message);
export const invalidParameter = (message: string) => new CognitoError("InvalidParameterException", message);
export const notFound = (message: string) => new CognitoError("ResourceNotFoundException", message);

/** One wording for an unknown user and a wrong password, as under PreventUserExistenceErrors = ENABLED. */
export const wrongCredentials = () => notAuthorized("Incorrect username or password.");

export const expiredCode = () =>
  new CognitoError("ExpiredCodeException", "Invalid code provided, please request a code again.");

export const mismatchedCode = () =>
  new CognitoError("CodeMismatchException", "Invalid verification code provided, please try again.");

export const limitExceeded = () =>
  new CognitoError("LimitExceededException", "Attempt limit exceeded, please try after some time.");
