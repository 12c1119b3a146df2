import { SQSClient } from "@aws-sdk/client-sqs";
import type { QueueDefinition } from "./queue-directory.ts";
import { type QueueService, startQueueService } from "./queue-service.ts";

/** A queue service for one test: the real SDK's client, and a clock that can be moved ahead. */
export interface TestService extends QueueService {
  readonly client: SQSClient;
  advance(seconds: number): void;
  stop(): Promise<void>;
}

export async function startTestService(queues: readonly QueueDefinition[]): Promise<TestService> {
  let ahead = 0;
  const service = await startQueueService({ queues, clock: () => Date.now() + ahead });
  const client = new SQSClient({
    endpoint: service.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  return {
    ...service,
    client,
    advance: (seconds) => {
      ahead += seconds * 1000;
    },
    stop: async () => {
      client.destroy();
      await service.close();
    },
  };
}
