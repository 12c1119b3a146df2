import { CognitoJwtVerifier } from "aws-jwt-verify/cognito-verifier";
import {
  FetchError,
  JwksValidationError,
  JwkValidationError,
  JwtBaseError,
  JwtExpiredError,
  JwtParseError,
} from "aws-jwt-verify/error";
import { type Jwks, type JwksCache, SimpleJwksCache } from "aws-jwt-verify/jwk";
import type { CognitoAccessTokenPayload } from "aws-jwt-verify/jwt-model";

export interface VerifierOptions {
  readonly userPoolId: string;
  readonly clientId: string;
  /** The pool's keys. Without them they are fetched once, and again when a token names a key that is not there. */
  readonly jwks?: Jwks | undefined;
  /** Where fetched keys are kept; by default in this environment's memory. */
  readonly jwksCache?: JwksCache;
}

/** `refused` says why, for the log only. */
export type Verification = { claims: CognitoAccessTokenPayload } | { refused: "expired" | "invalid" };

// Headers that would have the verifier take a key from the token itself, or obey an extension it does not know.
// Cognito sends none of them, and RFC 7515 wants a token with an unknown `crit` refused.
const foreignHeaders = ["crit", "jku", "jwk", "x5u", "x5c"];

/**
 * Returns a function that says whether a token is an unexpired access token of this pool and client.
 * It throws only when the pool's keys cannot be had: that is our failure and no verdict on the token.
 */
export function createTokenVerifier(options: VerifierOptions): (token: string) => Promise<Verification> {
  const { userPoolId, clientId, jwks, jwksCache = new SimpleJwksCache() } = options;
  const verifier = CognitoJwtVerifier.create(
    { userPoolId, clientId, tokenUse: "access", customJwtCheck: checkWhatTheLibraryAccepts },
    { jwksCache },
  );
  if (jwks) verifier.cacheJwks(jwks);
  return async (token) => {
    try {
      // Synchronous with given keys: an unknown key id must not send us to the network for more.
      const claims = jwks ? verifier.verifySync(token) : await verifier.verify(token);
      return { claims };
    } catch (error) {
      if (!isVerdict(error)) throw error;
      return { refused: error instanceof JwtExpiredError ? "expired" : "invalid" };
    }
  };
}

function checkWhatTheLibraryAccepts({ header, payload }: { header: object; payload: object }): void {
  const foreign = foreignHeaders.find((name) => name in header);
  if (foreign) throw new JwtParseError(`Header ${foreign} is not accepted`);
  if (!("exp" in payload) || typeof payload.exp !== "number") throw new JwtParseError("Missing exp");
  if (!("sub" in payload) || !payload.sub) throw new JwtParseError("Missing sub");
}

/** Whether the library judged the token, and did not fail to get or read the keys. */
function isVerdict(error: unknown): boolean {
  return (
    error instanceof JwtBaseError &&
    !(error instanceof FetchError) &&
    !(error instanceof JwksValidationError) &&
    !(error instanceof JwkValidationError)
  );
}
