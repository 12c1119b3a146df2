import { openDeploymentDatabase } from "@parley/application/open-deployment-database";
import type { Database } from "@parley/data/database";
import { resolveUser } from "@parley/data/users";
import { parseEnvironment } from "@parley/runtime/environment";
import { configSchema } from "./config.ts";
import { createUserOnConfirmation } from "./create-user.ts";

const config = parseEnvironment(configSchema);
// Cognito waits 5 s for a trigger and then fails the call; giving up before leaves time to say why in the log.
const statementTimeoutMillis = 4_000;
let database: Database | undefined;

/** Asks for the database's address inside the handler: a secret that cannot be read must not fail a sign-up either. */
export const handler = createUserOnConfirmation(async (subject) => {
  database ??= await openDeploymentDatabase({ statementTimeoutMillis });
  return resolveUser(database, subject, config.NEW_USER_TOKENS);
});
