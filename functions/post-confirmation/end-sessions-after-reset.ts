import { endSessions } from "@parley/identity/end-sessions";
import { openUserPoolClient } from "@parley/identity/user-pool";
import type { PostConfirmationTriggerEvent } from "aws-lambda";

const client = openUserPoolClient();

/**
 * Ends what was opened with the old password.
 * @throws Problem 429 or 503, which Cognito reports to whoever has set the new one
 */
export async function endSessionsAfterReset(
  event: PostConfirmationTriggerEvent,
): Promise<PostConfirmationTriggerEvent> {
  await endSessions(client, event.userPoolId, event.userName);
  return event;
}
