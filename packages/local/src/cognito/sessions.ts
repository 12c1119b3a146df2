import { createHash, randomBytes, randomUUID } from "node:crypto";
import { notAuthorized } from "./errors.ts";
import type { Pool } from "./pool.ts";
import type { StoredSession, StoredUser } from "./state.ts";

const refreshTokenLifetime = 30 * 24 * 3_600_000;

const hashOf = (token: string) => createHash("sha256").update(token).digest("base64url");

/** Opens a session; its refresh token is as long as the real ones (1 792 characters), lest a limit be set too low. */
export function openSession(pool: Pool, user: StoredUser): { session: StoredSession; refreshToken: string } {
  const now = pool.now();
  const refreshToken = randomBytes(1344).toString("base64url");
  const session: StoredSession = {
    refreshTokenHash: hashOf(refreshToken),
    sub: user.sub,
    originJti: randomUUID(),
    eventId: randomUUID(),
    authenticatedAt: now,
    expiresAt: now + refreshTokenLifetime,
    isRevoked: false,
  };
  pool.state.sessions = pool.state.sessions.filter((each) => each.expiresAt > now);
  pool.state.sessions.push(session);
  return { session, refreshToken };
}

export function findSession(pool: Pool, refreshToken: string): StoredSession | undefined {
  const hash = hashOf(refreshToken);
  return pool.state.sessions.find((session) => session.refreshTokenHash === hash);
}

/** The session of a usable refresh token, with its user; NotAuthorizedException says what is wrong with another. */
export function requireSession(
  pool: Pool,
  refreshToken: string,
): { session: StoredSession; user: StoredUser } {
  const session = findSession(pool, refreshToken);
  const user = pool.state.users.find((each) => each.sub === session?.sub);
  if (!session || !user) throw notAuthorized("Invalid Refresh Token");
  if (session.isRevoked) throw notAuthorized("Refresh Token has been revoked");
  if (session.expiresAt <= pool.now()) throw notAuthorized("Refresh Token has expired");
  if (!user.enabled) throw notAuthorized("User is disabled.");
  return { session, user };
}

/** Revokes every session of the user: refresh tokens, and access tokens towards Cognito's own calls. */
export function revokeSessions(pool: Pool, user: StoredUser): void {
  for (const session of pool.state.sessions) if (session.sub === user.sub) session.isRevoked = true;
}
