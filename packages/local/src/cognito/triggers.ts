import type { PostConfirmationTriggerEvent } from "aws-lambda";
import { CognitoError } from "./errors.ts";
import type { Pool } from "./pool.ts";
import type { StoredUser } from "./state.ts";
import { attributesOf } from "./users.ts";

/**
 * Runs the PostConfirmation trigger. The confirmation stands whatever comes of it, as in Cognito;
 * a failure is UserLambdaValidationException to the client.
 */
export async function runPostConfirmation(
  pool: Pool,
  user: StoredUser,
  triggerSource: PostConfirmationTriggerEvent["triggerSource"],
): Promise<void> {
  const { region, userPoolId, clientId, postConfirmation } = pool.options;
  if (!postConfirmation) return;
  const event: PostConfirmationTriggerEvent = {
    version: "1",
    region,
    userPoolId,
    triggerSource,
    userName: user.sub,
    callerContext: { awsSdkVersion: "aws-sdk-unknown-unknown", clientId },
    request: { userAttributes: { ...attributesOf(user), "cognito:user_status": user.status } },
    response: {},
  };
  try {
    await postConfirmation(event);
  } catch (error) {
    const reason = error instanceof Error ? error.message : "unknown";
    throw new CognitoError(
      "UserLambdaValidationException",
      `PostConfirmation failed with error ${reason.replace(/\.?$/, ".")}`,
    );
  }
}
