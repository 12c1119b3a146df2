import type { Subject } from "@parley/data/users";
import { describeFault } from "@parley/runtime/describe-fault";
import { logger } from "@parley/runtime/logger";
import type { PostConfirmationTriggerEvent } from "aws-lambda";

// Cognito waits 5 s for a trigger and then fails the call; giving up before leaves time to say why in the log.
const defaultPatienceMillis = 4_000;

/** Rejects, with a TimeoutError, what takes longer: a secret that is not answered, a database that wakes up. */
async function within(millis: number, work: Promise<unknown>): Promise<void> {
  const expired = AbortSignal.timeout(millis);
  await Promise.race([
    work,
    new Promise((_, reject) => expired.addEventListener("abort", () => reject(expired.reason))),
  ]);
}

/**
 * Creates the handler of Cognito's PostConfirmation trigger, which makes the user's row. It never fails a sign-up:
 * a row that could not be made is made at the user's first request. Safe to be called again, as Cognito does.
 */
export function createUserOnConfirmation(
  makeUser: (subject: Subject) => Promise<unknown>,
  patienceMillis: number = defaultPatienceMillis,
) {
  return async (event: PostConfirmationTriggerEvent): Promise<PostConfirmationTriggerEvent> => {
    const { sub, email, name } = event.request.userAttributes;
    try {
      if (!sub) throw new Error("The event has no sub.");
      await within(patienceMillis, makeUser({ sub, email, displayName: name }));
      logger.info("user ready", { sub, trigger: event.triggerSource });
    } catch (error) {
      logger.error("user not made", { sub, error: { ...describeFault(error) } });
    }
    return event;
  };
}
