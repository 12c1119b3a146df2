import { openDeploymentDatabase } from "@parley/composition/open-deployment-database";
import type { Database } from "@parley/data/database";
import { resolveUser } from "@parley/data/users";
import { readEnvironment } from "@parley/runtime/environment";
import type { PostConfirmationTriggerEvent } from "aws-lambda";
import { settings } from "./config.ts";
import { createUserOnConfirmation } from "./create-user.ts";

const config = readEnvironment(settings);
let database: Database | undefined;

/** Asks for the database's address inside the handler: a secret that cannot be read must not fail a sign-up either. */
const createUser = createUserOnConfirmation(async (subject) => {
  database ??= await openDeploymentDatabase();
  return resolveUser(database, subject, config.NEW_USER_TOKENS);
});

/** Cognito's PostConfirmation trigger: after a sign-up, and after a password was reset, by the API or on the sign-in page. */
export async function handler(event: PostConfirmationTriggerEvent): Promise<PostConfirmationTriggerEvent> {
  if (event.triggerSource !== "PostConfirmation_ConfirmForgotPassword") return createUser(event);
  // Resets are rare, and a sign-up need not load the SDK.
  const { endSessionsAfterReset } = await import("./end-sessions-after-reset.ts");
  return endSessionsAfterReset(event);
}
