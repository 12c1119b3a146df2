import * as z from "zod";

const jwk = z.object({
  kid: z.string(),
  kty: z.literal("RSA"),
  alg: z.literal("RS256"),
  use: z.literal("sig"),
  n: z.string(),
  e: z.string(),
});

const jwks = z.string().transform((text, context) => {
  try {
    return z.object({ keys: z.array(jwk).min(1) }).parse(JSON.parse(text));
  } catch {
    context.addIssue({ code: "custom", message: "must be a JSON Web Key Set" });
    return z.NEVER;
  }
});

/** The environment of the authorizer. */
export const configSchema = z.object({
  USER_POOL_ID: z.string(),
  USER_POOL_CLIENT_ID: z.string(),
  /** The pool's public keys, for the local stack and tests. Without it they are fetched from Cognito. */
  USER_POOL_JWKS: jwks.optional(),
});
