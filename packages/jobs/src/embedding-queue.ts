import { describeError } from "@parley/runtime/describe-error";
import { logger } from "@parley/runtime/logger";
import { sendSpan } from "@parley/runtime/span-kinds";
import { traced } from "@parley/runtime/tracer";
import type { EmbeddingJob } from "./embedding-job.ts";
import { lazyQueueClient } from "./queue-client.ts";
import { traceAttributes } from "./trace-attribute.ts";

export interface EmbeddingQueue {
  /**
   * Sends a job. Best effort, because the sweep finds what is missing: a failure is logged and answered with false.
   */
  enqueue(job: EmbeddingJob): Promise<boolean>;
}

/** The queue at this URL; without one nothing is sent. */
export function createEmbeddingQueue(queueUrl: string | undefined): EmbeddingQueue {
  const sdk = lazyQueueClient({ maxAttempts: 1, timeoutMillis: 1_000 });

  async function send(job: EmbeddingJob): Promise<void> {
    const { client, sqs } = await sdk();
    await client.send(
      new sqs.SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: JSON.stringify(job),
        // A fair queue: one user's import does not delay the others.
        MessageGroupId: job.items[0]?.ownerId,
        ...traceAttributes(),
      }),
    );
  }

  return {
    async enqueue(job) {
      if (queueUrl === undefined) return false;
      try {
        await traced("queue.send", () => send(job), sendSpan);
        return true;
      } catch (error) {
        logger.warn("embedding job not sent", { kind: job.kind, error: describeError(error) });
        return false;
      }
    },
  };
}

/** Has these messages embedded, if there are any. */
export async function embedMessages(
  embeddings: EmbeddingQueue,
  ownerId: string,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  await embeddings.enqueue({ kind: "message", items: ids.map((id) => ({ ownerId, id })) });
}
