import type { Subject } from "@parley/data/users";
import { describeError } from "@parley/runtime/describe-error";
import { logger } from "@parley/runtime/logger";
import type { PostConfirmationTriggerEvent } from "aws-lambda";

/**
 * Creates the handler of Cognito's PostConfirmation trigger, which makes the user's row. It never fails a sign-up:
 * a row that could not be made is made at the user's first request. Safe to be called again, as Cognito does.
 */
export function createUserOnConfirmation(makeUser: (subject: Subject) => Promise<unknown>) {
  return async (event: PostConfirmationTriggerEvent): Promise<PostConfirmationTriggerEvent> => {
    const { sub, email, name } = event.request.userAttributes;
    try {
      if (!sub) throw new Error("The event has no sub.");
      await makeUser({ sub, email, displayName: name });
      logger.info("user ready", { sub, trigger: event.triggerSource });
    } catch (error) {
      logger.error("user not made", { sub, error: { ...describeError(error) } });
    }
    return event;
  };
}
