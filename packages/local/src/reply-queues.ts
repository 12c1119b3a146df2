import type { SQSEvent } from "aws-lambda";
import {
  deadLetterTimeoutMillis,
  embedderTimeoutMillis,
  type Functions,
  payloadOf,
  workerTimeoutMillis,
} from "./functions.ts";
import { type EventSource, startEventSource } from "./queue/event-source.ts";
import { type QueueService, startQueueService } from "./queue/queue-service.ts";

export const jobQueue = "parley-replies";
const deadLetterQueue = "parley-replies-dead";
export const embeddingQueue = "parley-embeddings";
// Nobody reads it: the sweep finds what was not embedded.
const deadEmbeddingQueue = "parley-embeddings-dead";

/** The queues of replies and of embeddings, each with its dead-letter queue. */
export function startReplyQueues(region: string): Promise<QueueService> {
  return startQueueService({
    region,
    queues: [
      {
        name: jobQueue,
        visibilityTimeoutSeconds: (6 * workerTimeoutMillis) / 1000,
        deadLetterQueue,
        maxReceiveCount: 5,
      },
      { name: deadLetterQueue, visibilityTimeoutSeconds: (6 * deadLetterTimeoutMillis) / 1000 },
      {
        name: embeddingQueue,
        visibilityTimeoutSeconds: (6 * embedderTimeoutMillis) / 1000,
        deadLetterQueue: deadEmbeddingQueue,
        maxReceiveCount: 5,
      },
      { name: deadEmbeddingQueue, visibilityTimeoutSeconds: 30 },
    ],
  });
}

/** Hands what is in the queues to the worker, the dead-letter function and the embedder. */
export function startReplySources(
  queue: QueueService,
  functions: Functions,
  onError: (error: Error) => void,
): EventSource[] {
  const start = (name: string, functionName: string, maximumConcurrency: number) =>
    startEventSource({
      endpoint: queue.endpoint,
      queueUrl: queue.queueUrl(name),
      queueArn: queue.queueArn(name),
      functionName,
      batchSize: 10,
      maximumConcurrency,
      invoke: (event: SQSEvent) => payloadOf(functions.get(functionName).invoke(event)),
      onError,
    });
  return [
    start(jobQueue, "reply-worker", functions.maximumWorkers),
    start(deadLetterQueue, "dead-letter", 2),
    start(embeddingQueue, "embedder", 2),
  ];
}
