import * as z from "zod";

/** The environment of the auth routes. The SDK reads AWS_REGION and the local endpoint by itself. */
export const configSchema = z.object({
  USER_POOL_CLIENT_ID: z.string(),
  /** Per user, on routes that know one; 0 = no limit. */
  API_RATE_PER_SECOND: z.coerce.number().int().min(0).default(20),
  NEW_USER_TOKENS: z.coerce.number().int().min(0).default(4000),
  MONTHLY_TOKENS: z.coerce.number().int().min(0).default(0),
});
