import * as z from "zod";

/** The environment of the trigger; the database's address comes from `loadDatabaseUrl`. */
export const configSchema = z.object({
  NEW_USER_TOKENS: z.coerce.number().int().min(0).default(4000),
});
