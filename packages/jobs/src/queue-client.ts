import type { SQSClient } from "@aws-sdk/client-sqs";

type Sdk = typeof import("@aws-sdk/client-sqs");

export interface QueueClient {
  client: SQSClient;
  sqs: Sdk;
}

interface QueueClientOptions {
  readonly maxAttempts: number;
  readonly timeoutMillis: number;
}

/**
 * SQS, loaded by the first call: 30 ms of a cold start that environments which send nothing are spared. Region,
 * credentials and endpoint come from the environment, as the SDK reads them.
 */
export function lazyQueueClient({
  maxAttempts,
  timeoutMillis,
}: QueueClientOptions): () => Promise<QueueClient> {
  let opened: QueueClient | undefined;

  async function open(): Promise<QueueClient> {
    const sqs = await import("@aws-sdk/client-sqs");
    const options = {
      maxAttempts,
      // TLS protects what is sent: the SDK's own checksums find nothing that it does not.
      md5: false as const,
      // A tenth of a send is putting the SDK's middleware in order, which never changes.
      cacheMiddleware: true,
      requestHandler: { requestTimeout: timeoutMillis },
    };
    opened ??= { client: new sqs.SQSClient(options), sqs };
    return opened;
  }

  // Importing it again would look it up again, at each send.
  return async () => opened ?? open();
}
