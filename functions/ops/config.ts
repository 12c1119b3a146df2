import * as z from "zod";

/** The environment of the operations routes; keys and the database's URL come from `loadSecrets`. */
export const configSchema = z.object({
  OPENAI_BASE_URL: z.string().optional(),
  DEFAULT_MODEL: z.string().optional(),
  /** Per user; 0 = no limit. */
  API_RATE_PER_SECOND: z.coerce.number().int().min(0).default(20),
  NEW_USER_TOKENS: z.coerce.number().int().min(0).default(4000),
});
