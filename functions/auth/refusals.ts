import { invalid, type Problem, problem } from "@parley/http/problem";
import { logger } from "@parley/runtime/logger";

/** One wording for a wrong, a used and an outdated code, and for an address that has none: it tells nobody who exists. */
const badCode = () => invalid("body.code", "is wrong, used or expired; ask for a new one");

/** Every way a code can fail. */
export const codeRefusals = {
  CodeMismatchException: badCode,
  ExpiredCodeException: badCode,
  NotAuthorizedException: badCode,
  UserNotFoundException: badCode,
  UserNotConfirmedException: badCode,
  InvalidParameterException: badCode,
};

/**
 * A password the pool's policy refuses; `path` is where it stands in the body. Cognito has one exception for every
 * parameter out of its bounds: what is not about the password is `otherwise`.
 */
export function passwordRefusals(path: string, otherwise: () => Problem) {
  const message =
    "must have at least 8 characters, with a lower-case letter, an upper-case letter, a digit and a symbol";
  return {
    InvalidPasswordException: () => invalid(path, message),
    PasswordHistoryPolicyViolationException: () => invalid(path, "was used before; choose another"),
    InvalidParameterException: (error: Error) =>
      /password/i.test(error.message) ? invalid(path, `${message}, and no space at either end`) : otherwise(),
  };
}

/**
 * The confirmation stands even if Cognito reports its trigger as failed or too slow (a sleeping database):
 * the user's row is then made at the first request.
 */
const passOverTrigger = () => {
  logger.warn("post-confirmation trigger failed");
  return undefined;
};

export const triggerRefusals = {
  UserLambdaValidationException: passOverTrigger,
  UnexpectedLambdaException: passOverTrigger,
  InvalidLambdaResponseException: passOverTrigger,
};

/** The password is the new one, and the code or the old password cannot be used again: it is not enough to say "try again". */
export const sessionsRemain = () => {
  logger.warn("sessions not ended");
  return problem("unavailable", {
    detail:
      "The new password is set, but sessions from before may still be open. Sign in and call POST /v1/auth/sign-out-everywhere.",
  });
};

const passOver = () => undefined;

/** What would tell who has an account, or which state it is in, where a code is asked for. */
export const accountRefusals = {
  UserNotFoundException: passOver,
  UserNotConfirmedException: passOver,
  NotAuthorizedException: passOver,
  InvalidParameterException: passOver,
};
