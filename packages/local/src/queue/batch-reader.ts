import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";

const LONGEST_WAIT_SECONDS = 20;
/** The most messages that one ReceiveMessage or DeleteMessageBatch takes. */
export const LARGEST_REQUEST = 10;

export interface BatchReaderOptions {
  readonly endpoint: string;
  readonly queueUrl: string;
  readonly region: string;
  readonly batchSize: number;
  readonly batchingWindowSeconds: number;
  /** Ends every receive that is under way. */
  readonly signal: AbortSignal;
}

/** Reads batches for an event source with the AWS SDK, as any consumer of the queue would. */
export interface BatchReader {
  /** Waits up to 20 s for a first message, then for the batching window. Empty when none came. */
  receiveBatch(): Promise<Message[]>;
  /** Answers SQS's reason for each message that it did not delete. */
  deleteMessages(messages: readonly Message[]): Promise<string[]>;
  close(): void;
}

export function createBatchReader(options: BatchReaderOptions): BatchReader {
  const { queueUrl, batchSize, batchingWindowSeconds, signal } = options;
  const client = new SQSClient({
    endpoint: options.endpoint,
    region: options.region,
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });

  async function receive(limit: number, waitSeconds: number): Promise<Message[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: Math.min(limit, LARGEST_REQUEST),
      WaitTimeSeconds: waitSeconds,
      MessageSystemAttributeNames: ["All"],
      MessageAttributeNames: ["All"],
    });
    return (await client.send(command, { abortSignal: signal })).Messages ?? [];
  }

  return {
    receiveBatch: async () => {
      const batch = await receive(batchSize, LONGEST_WAIT_SECONDS);
      const closesAt = Date.now() + batchingWindowSeconds * 1000;
      while (batch.length > 0 && batch.length < batchSize && Date.now() < closesAt) {
        // SQS waits in whole seconds, so the window is kept to the second.
        const rest = Math.min(LONGEST_WAIT_SECONDS, Math.ceil((closesAt - Date.now()) / 1000));
        batch.push(...(await receive(batchSize - batch.length, rest)));
      }
      return batch;
    },
    deleteMessages: async (messages) => {
      const reasons: string[] = [];
      for (let first = 0; first < messages.length; first += LARGEST_REQUEST) {
        const entries = messages
          .slice(first, first + LARGEST_REQUEST)
          .map((message, index) => ({ Id: String(index), ReceiptHandle: message.ReceiptHandle }));
        const result = await client.send(
          new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries }),
        );
        reasons.push(...(result.Failed ?? []).map((failure) => failure.Message ?? "unknown"));
      }
      return reasons;
    },
    close: () => client.destroy(),
  };
}
