import { CognitoError, invalidParameter } from "./errors.ts";
import { type Input, readText } from "./input.ts";
import { type Pool, requireClient } from "./pool.ts";
import { findSession } from "./sessions.ts";

/** Revokes a refresh token and what was issued by it. A token nobody knows is answered as a revoked one (RFC 7009). */
export async function revokeToken(pool: Pool, input: Input) {
  requireClient(pool, input);
  const token = readText(input, "Token");
  if (!/^[A-Za-z0-9\-_=.]+$/.test(token)) {
    throw invalidParameter(
      "1 validation error detected: Value at 'token' failed to satisfy constraint: " +
        "Member must satisfy regular expression pattern: [A-Za-z0-9-_=.]+",
    );
  }
  if (token.split(".").length === 3) {
    throw new CognitoError("UnsupportedTokenTypeException", "Unsupported token type");
  }
  const session = findSession(pool, token);
  if (session) {
    session.isRevoked = true;
    await pool.save();
  }
  return {};
}
