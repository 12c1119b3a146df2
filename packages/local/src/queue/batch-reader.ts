import type { MessageAttribute } from "./message.ts";
import { createQueueClient } from "./queue-client.ts";
import { type Fields, isFields } from "./request-fields.ts";

const MAXIMUM_WAIT_SECONDS = 20;
/** The maximum of messages that one ReceiveMessage or DeleteMessageBatch takes. */
export const MAXIMUM_MESSAGES = 10;

export interface BatchReaderOptions {
  readonly endpoint: string;
  readonly queueUrl: string;
  readonly batchSize: number;
  readonly batchingWindowSeconds: number;
  /** Ends every receive that is under way. */
  readonly signal: AbortSignal;
}

/** A message as ReceiveMessage answers it. */
export interface ReceivedMessage {
  readonly MessageId?: string;
  readonly ReceiptHandle?: string;
  readonly Body?: string;
  readonly MD5OfBody?: string;
  readonly Attributes?: Readonly<Record<string, string>>;
  readonly MessageAttributes?: Readonly<Record<string, MessageAttribute>>;
  readonly MD5OfMessageAttributes?: string;
}

/** Reads batches for an event source. */
export interface BatchReader {
  /** Waits up to 20 s for a first message, then for the batching window. Empty when none came. */
  receiveBatch(): Promise<ReceivedMessage[]>;
  /** Answers SQS's reason for each message that it did not delete. */
  deleteMessages(messages: readonly ReceivedMessage[]): Promise<string[]>;
  close(): void;
}

/** @throws Error when the field is there and no list of objects */
function listOf(answer: Fields, name: string): Fields[] {
  const list = answer[name] ?? [];
  if (Array.isArray(list) && list.every(isFields)) return list;
  throw new Error(`${name} of the answer is no list of objects`);
}

export function createBatchReader(options: BatchReaderOptions): BatchReader {
  const { queueUrl, batchSize, batchingWindowSeconds, signal } = options;
  const client = createQueueClient(options.endpoint);

  async function receive(limit: number, waitSeconds: number): Promise<ReceivedMessage[]> {
    const input = {
      QueueUrl: queueUrl,
      MaxNumberOfMessages: Math.min(limit, MAXIMUM_MESSAGES),
      WaitTimeSeconds: waitSeconds,
      MessageSystemAttributeNames: ["All"],
      MessageAttributeNames: ["All"],
    };
    return listOf(await client.call("ReceiveMessage", input, signal), "Messages");
  }

  return {
    receiveBatch: async () => {
      const batch = await receive(batchSize, MAXIMUM_WAIT_SECONDS);
      const closesAt = Date.now() + batchingWindowSeconds * 1000;
      while (batch.length > 0 && batch.length < batchSize && Date.now() < closesAt) {
        // SQS waits in whole seconds, so the window is kept to the second.
        const rest = Math.min(MAXIMUM_WAIT_SECONDS, Math.ceil((closesAt - Date.now()) / 1000));
        batch.push(...(await receive(batchSize - batch.length, rest)));
      }
      return batch;
    },
    deleteMessages: async (messages) => {
      const reasons: string[] = [];
      for (let first = 0; first < messages.length; first += MAXIMUM_MESSAGES) {
        const entries = messages
          .slice(first, first + MAXIMUM_MESSAGES)
          .map((message, index) => ({ Id: String(index), ReceiptHandle: message.ReceiptHandle }));
        const input = { QueueUrl: queueUrl, Entries: entries };
        const failed = listOf(await client.call("DeleteMessageBatch", input), "Failed");
        reasons.push(...failed.map(({ Message }) => String(Message ?? "unknown")));
      }
      return reasons;
    },
    close: () => client.close(),
  };
}
