import * as z from "zod";

const list = z
  .string()
  .default("")
  .transform((text) => text.split(",").filter(Boolean));

/** `google:Google,oidc:GitHub`: kind and name of each. */
const providers = list.pipe(
  z.array(
    z
      .string()
      .regex(/^(?:google|oidc):./)
      .transform((text) => ({
        kind: text.startsWith("google:") ? ("google" as const) : ("oidc" as const),
        name: text.slice(text.indexOf(":") + 1),
      })),
  ),
);

/** The environment of the auth routes. The SDK reads AWS_REGION and the local endpoint by itself. */
export const configSchema = z.object({
  USER_POOL_CLIENT_ID: z.string(),
  /** Of Cognito's sign-in page, its scopes, where it may return to, and the providers on it; none where it is absent. */
  SIGN_IN_URL: z.url().optional(),
  SIGN_IN_SCOPES: list,
  SIGN_IN_CALLBACK_URLS: list,
  SIGN_IN_PROVIDERS: providers,
  /** Per user, on routes that know one; 0 = no limit. */
  API_RATE_PER_SECOND: z.coerce.number().int().min(0).default(20),
  NEW_USER_TOKENS: z.coerce.number().int().min(0).default(4000),
  MONTHLY_TOKENS: z.coerce.number().int().min(0).default(0),
});
