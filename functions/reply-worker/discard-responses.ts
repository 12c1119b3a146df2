import { forgetResponse, type StoredResponse } from "@parley/data/stored-responses";
import { identifyModel } from "@parley/llm/models";
import { describeError } from "@parley/runtime/describe-error";
import { logger } from "@parley/runtime/logger";
import type { Worker } from "./worker.ts";

const patienceMillis = 10_000;

interface Discarded {
  ownerId: string;
  replyId: string;
  responses: Iterable<StoredResponse>;
  /** The one that is known to have ended; the others are cancelled first. */
  over?: StoredResponse | undefined;
}

/**
 * Has providers forget what they have stored for a reply that has ended, or is gone. Never throws: what is left is on
 * record, and the sweeper sends for it again.
 */
export async function discardResponses(
  { database, models, providers }: Worker,
  { ownerId, replyId, responses, over }: Discarded,
): Promise<void> {
  for (const response of responses) {
    const { responseId, model } = response;
    try {
      const identity = identifyModel(model, models.providers);
      const provider = identity && providers.get(identity.provider);
      const isOver = over?.responseId === responseId;
      await provider?.discard?.(responseId, { signal: AbortSignal.timeout(patienceMillis), isOver });
      await forgetResponse(database, ownerId, replyId, responseId);
    } catch (error) {
      logger.warn("response not forgotten", { replyId, userId: ownerId, model, error: describeError(error) });
    }
  }
}
