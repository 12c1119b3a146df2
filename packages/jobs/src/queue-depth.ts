import { describeError } from "@parley/runtime/describe-error";
import { logger } from "@parley/runtime/logger";
import { lazyQueueClient } from "./queue-client.ts";

export interface QueueDepth {
  waiting: number;
  /** Received and not yet deleted. */
  running: number;
  /** Mainly delayed checks. */
  delayed: number;
}

/**
 * About how much a queue holds, as SQS counts it; undefined, and logged, when SQS does not answer. The SDK is loaded
 * by the first call.
 */
export async function readQueueDepth(queueUrl: string): Promise<QueueDepth | undefined> {
  try {
    const { client, sqs } = await lazyQueueClient({ maxAttempts: 1, timeoutMillis: 3_000 })();
    const { Attributes: counts } = await client.send(
      new sqs.GetQueueAttributesCommand({
        QueueUrl: queueUrl,
        AttributeNames: [
          "ApproximateNumberOfMessages",
          "ApproximateNumberOfMessagesNotVisible",
          "ApproximateNumberOfMessagesDelayed",
        ],
      }),
    );
    client.destroy();
    return {
      waiting: Number(counts?.ApproximateNumberOfMessages ?? 0),
      running: Number(counts?.ApproximateNumberOfMessagesNotVisible ?? 0),
      delayed: Number(counts?.ApproximateNumberOfMessagesDelayed ?? 0),
    };
  } catch (error) {
    logger.warn("queue depth unknown", { error: describeError(error) });
    return undefined;
  }
}
