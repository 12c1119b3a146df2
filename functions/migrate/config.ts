import * as z from "zod";

/** The environment of the migrations; the database's direct URL comes from `loadMigrationUrl`. */
export const configSchema = z.object({
  /** Where the SQL files are in the deployed bundle. Without it, the repository's. */
  MIGRATIONS_FOLDER: z.string().optional(),
});
