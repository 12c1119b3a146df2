import * as z from "zod";

/** The environment of the migrations; the database's direct URL comes from `loadDirectDatabaseUrl`. */
export const configSchema = z.object({
  /** Where the SQL files are in the deployed bundle. Without it, the repository's. */
  MIGRATIONS_FOLDER: z.string().optional(),
  /** Of the vectors that similar search compares. */
  EMBEDDING_DIMENSIONS: z.coerce.number().int().min(1).max(2_000).optional(),
});
