import { Logger } from "@aws-lambda-powertools/logger";

/**
 * The one logger of an environment. Never give it message text, titles or an error object:
 * ids, counts and `describeError(error)` only.
 */
export const logger = new Logger();

/** Keys that every later log line of the same request or job carries. */
export interface LogKeys {
  requestId?: string;
  userId?: string;
  conversationId?: string;
  replyId?: string;
  attempt?: number;
}

/** Starts a request or job: forgets the keys of the one before and sets the given ones. */
export function startLogScope(keys: LogKeys): void {
  logger.resetKeys();
  logger.appendKeys({ ...keys });
}

/** Adds keys to the current request or job. */
export function addLogKeys(keys: LogKeys): void {
  logger.appendKeys({ ...keys });
}
