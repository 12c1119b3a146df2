import type { SQSEvent } from "aws-lambda";
import {
  deadLetterTimeoutMillis,
  type Functions,
  mostWorkers,
  payloadOf,
  workerTimeoutMillis,
} from "./functions.ts";
import { type EventSource, startEventSource } from "./queue/event-source.ts";
import { type QueueService, startQueueService } from "./queue/queue-service.ts";

export const jobQueue = "parley-replies";
const deadLetterQueue = "parley-replies-dead";

/** The reply queue and its dead-letter queue. */
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
    ],
  });
}

/** Hands what is in the queues to the worker and the dead-letter function. */
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
  return [start(jobQueue, "reply-worker", mostWorkers), start(deadLetterQueue, "dead-letter", 2)];
}
