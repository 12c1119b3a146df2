import { openDeploymentDatabase } from "@parley/composition/open-deployment-database";
import type { Database } from "@parley/data/database";
import { resolveUser } from "@parley/data/users";
import { readEnvironment } from "@parley/runtime/environment";
import { settings } from "./config.ts";
import { createUserOnConfirmation } from "./create-user.ts";

const config = readEnvironment(settings);
let database: Database | undefined;

/** Asks for the database's address inside the handler: a secret that cannot be read must not fail a sign-up either. */
export const handler = createUserOnConfirmation(async (subject) => {
  database ??= await openDeploymentDatabase();
  return resolveUser(database, subject, config.NEW_USER_TOKENS);
});
