import { CognitoError, invalidParameter, notAuthorized, wrongCredentials } from "./errors.ts";
import { type Input, readObject, readOptionalText, readText } from "./input.ts";
import { passwordMatches } from "./passwords.ts";
import { type Pool, requireClient } from "./pool.ts";
import { openSession, requireSession } from "./sessions.ts";
import type { StoredUser } from "./state.ts";
import { issueTokens } from "./tokens.ts";
import { findUser } from "./users.ts";

export async function initiateAuth(pool: Pool, input: Input) {
  requireClient(pool, input);
  const flow = readText(input, "AuthFlow");
  const parameters = readObject(input, "AuthParameters");
  if (flow === "USER_PASSWORD_AUTH") return signInWithPassword(pool, parameters);
  if (flow === "REFRESH_TOKEN_AUTH" || flow === "REFRESH_TOKEN") return refresh(pool, parameters);
  throw invalidParameter(`${flow} flow not enabled for this client`);
}

function readParameter(parameters: Input, name: string): string {
  const value = readOptionalText(parameters, name);
  if (!value) throw invalidParameter(`Missing required parameter ${name}`);
  return value;
}

/** The user with this password, and the exception of Cognito for everybody else. */
export async function requirePassword(pool: Pool, username: string, password: string): Promise<StoredUser> {
  pool.attempts.requireUnlocked(username);
  const user = findUser(pool, username);
  if (!(await passwordMatches(password, user?.passwordHash)) || !user) {
    pool.attempts.addFailedSignIn(username);
    throw wrongCredentials();
  }
  pool.attempts.clear(`sign-in:${username.toLowerCase()}`);
  if (!user.enabled) throw notAuthorized("User is disabled.");
  if (user.status === "UNCONFIRMED") {
    throw new CognitoError("UserNotConfirmedException", "User is not confirmed.");
  }
  return user;
}

async function signInWithPassword(pool: Pool, parameters: Input) {
  const username = readParameter(parameters, "USERNAME");
  const user = await requirePassword(pool, username, readParameter(parameters, "PASSWORD"));
  if (user.status === "FORCE_CHANGE_PASSWORD") {
    return { ChallengeName: "NEW_PASSWORD_REQUIRED", ChallengeParameters: {} };
  }
  const { session, refreshToken } = openSession(pool, user);
  const tokens = await issueTokens(pool, user, session);
  await pool.save();
  return { AuthenticationResult: { ...tokens, RefreshToken: refreshToken }, ChallengeParameters: {} };
}

async function refresh(pool: Pool, parameters: Input) {
  const { session, user } = requireSession(pool, readParameter(parameters, "REFRESH_TOKEN"));
  return { AuthenticationResult: await issueTokens(pool, user, session), ChallengeParameters: {} };
}
