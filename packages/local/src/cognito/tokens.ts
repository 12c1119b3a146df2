import { randomUUID } from "node:crypto";
import { errors, type JWTPayload, jwtVerify, SignJWT } from "jose";
import { CognitoError, notAuthorized } from "./errors.ts";
import { type Input, readText } from "./input.ts";
import type { Pool } from "./pool.ts";
import type { StoredSession, StoredUser } from "./state.ts";

const accessTokenSeconds = 3600;
// What a client without configured resource servers gets from InitiateAuth.
const scope = "aws.cognito.signin.user.admin";

/** Signs an access and an ID token with exactly the claims Cognito puts in. */
export async function issueTokens(pool: Pool, user: StoredUser, session: StoredSession) {
  const issuedAt = Math.floor(pool.now() / 1000);
  const shared = {
    sub: user.sub,
    ...(user.groups.length > 0 && { "cognito:groups": user.groups }),
    iss: pool.issuer,
    origin_jti: session.originJti,
    event_id: session.eventId,
    auth_time: Math.floor(session.authenticatedAt / 1000),
    exp: issuedAt + accessTokenSeconds,
    iat: issuedAt,
  };
  const sign = (claims: JWTPayload) =>
    new SignJWT({ ...shared, ...claims, jti: randomUUID() })
      .setProtectedHeader({ kid: pool.state.keys.kid, alg: "RS256" })
      .sign(pool.signingKey);
  const clientId = pool.options.clientId;
  const [AccessToken, IdToken] = await Promise.all([
    sign({ client_id: clientId, token_use: "access", scope, username: user.sub }),
    sign({
      ...user.attributes,
      aud: clientId,
      token_use: "id",
      "cognito:username": user.sub,
      email: user.email,
      email_verified: user.emailVerified,
    }),
  ]);
  return { AccessToken, IdToken, ExpiresIn: accessTokenSeconds, TokenType: "Bearer" };
}

/** The user an access token stands for; NotAuthorizedException when it is bad, expired or revoked. */
export async function requireTokenUser(pool: Pool, input: Input): Promise<StoredUser> {
  const claims = await verifyAccessToken(pool, readText(input, "AccessToken"));
  const session = pool.state.sessions.find((each) => each.originJti === claims.origin_jti);
  const user = pool.state.users.find((each) => each.sub === claims.sub);
  if (!user) throw new CognitoError("UserNotFoundException", "User does not exist.");
  if (!user.enabled) throw notAuthorized("User is disabled.");
  if (!session || session.isRevoked) throw notAuthorized("Access Token has been revoked");
  return user;
}

async function verifyAccessToken(pool: Pool, token: string): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, pool.verificationKey, {
      algorithms: ["RS256"],
      issuer: pool.issuer,
      currentDate: new Date(pool.now()),
    });
    if (payload.token_use === "access") return payload;
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw notAuthorized("Access Token has expired");
    // Every other reason reads alike below.
  }
  throw notAuthorized("Invalid Access Token");
}
