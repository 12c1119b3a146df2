import type { PostConfirmationTriggerEvent } from "aws-lambda";
import { CognitoError } from "./errors.ts";
import type { Pool } from "./pool.ts";
import type { StoredUser } from "./state.ts";
import { attributesOf } from "./users.ts";

/** Hands on what a trigger failed with, in Cognito's words. */
async function run(name: string, trigger: () => Promise<unknown>): Promise<void> {
  try {
    await trigger();
  } catch (error) {
    const reason = error instanceof Error ? error.message : "unknown";
    throw new CognitoError(
      "UserLambdaValidationException",
      `${name} failed with error ${reason.replace(/\.?$/, ".")}`,
    );
  }
}

function eventOf<Source extends string>({ options }: Pool, triggerSource: Source, userName: string) {
  const { region, userPoolId, clientId } = options;
  const callerContext = { awsSdkVersion: "aws-sdk-unknown-unknown", clientId };
  return { version: "1", region, userPoolId, triggerSource, userName, callerContext };
}

/** Runs the PreSignUp trigger, which may refuse whoever signs up. */
export async function runPreSignUp(
  pool: Pool,
  userName: string,
  request: { userAttributes: Record<string, string>; clientMetadata: Record<string, string> },
): Promise<void> {
  const { preSignUp } = pool.options;
  if (!preSignUp) return;
  const response = { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false };
  await run("PreSignUp", () =>
    preSignUp({ ...eventOf(pool, "PreSignUp_SignUp", userName), request, response }),
  );
}

/** Runs the PostConfirmation trigger. The confirmation stands whatever comes of it, as in Cognito. */
export async function runPostConfirmation(
  pool: Pool,
  user: StoredUser,
  triggerSource: PostConfirmationTriggerEvent["triggerSource"],
): Promise<void> {
  const { postConfirmation } = pool.options;
  if (!postConfirmation) return;
  const request = { userAttributes: { ...attributesOf(user), "cognito:user_status": user.status } };
  await run("PostConfirmation", () =>
    postConfirmation({ ...eventOf(pool, triggerSource, user.sub), request, response: {} }),
  );
}
