import { describeError } from "@parley/runtime/describe-error";
import { logger } from "@parley/runtime/logger";
import { lazyQueueClient } from "./queue-client.ts";
import { traceAttribute } from "./trace-attribute.ts";

/** A received message of the reply queue. */
export interface Delivery {
  messageId: string;
  body: string;
  receiptHandle: string;
  /** How often it has been received, this time included. */
  receiveCount: number;
  /** The trace context of whoever sent it. */
  traceparent?: string | undefined;
}

/** The reply queue as a worker reads it that has room for more than it was given. Best effort throughout. */
export interface ReplySource {
  /**
   * Up to `most` (10 at most) jobs that wait now, which return in `seconds` unless they are held or deleted by then;
   * none when the queue cannot be read.
   */
  receive(maximum: number, seconds: number): Promise<Delivery[]>;
  /** Takes a received job out of the queue. One that stays comes again and is found finished. */
  remove(receiptHandle: string): Promise<void>;
}

/** The queue at `queueUrl`. */
export function createReplySource(queueUrl: string): ReplySource {
  const sdk = lazyQueueClient({ maxAttempts: 2, timeoutMillis: 3_000 });

  return {
    async receive(maximum, seconds) {
      try {
        const { client, sqs } = await sdk();
        const { Messages = [] } = await client.send(
          new sqs.ReceiveMessageCommand({
            QueueUrl: queueUrl,
            MaxNumberOfMessages: maximum,
            VisibilityTimeout: seconds,
            // A long poll would hold the invocation, or lose what it was answered after it was given up.
            WaitTimeSeconds: 0,
            MessageAttributeNames: [traceAttribute],
            MessageSystemAttributeNames: ["ApproximateReceiveCount"],
          }),
        );
        return Messages.map((message) => ({
          messageId: message.MessageId ?? "",
          body: message.Body ?? "",
          receiptHandle: message.ReceiptHandle ?? "",
          receiveCount: Number(message.Attributes?.ApproximateReceiveCount ?? 1),
          traceparent: message.MessageAttributes?.[traceAttribute]?.StringValue,
        }));
      } catch (error) {
        logger.warn("no further jobs received", { error: describeError(error) });
        return [];
      }
    },
    async remove(receiptHandle) {
      try {
        const { client, sqs } = await sdk();
        await client.send(new sqs.DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: receiptHandle }));
      } catch (error) {
        logger.warn("job not deleted", { error: describeError(error) });
      }
    },
  };
}
