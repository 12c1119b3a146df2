import type { QueuedMessage } from "./queue.ts";
import { QueueError } from "./queue-error.ts";

/** What a receipt handle stands for: one receive of one message of one queue. */
export interface Receipt {
  messageId: string;
  receiveCount: number;
}

export function printReceiptHandle(queueName: string, message: QueuedMessage): string {
  return Buffer.from(`${queueName} ${message.id} ${message.receiveCount}`).toString("base64url");
}

/** @throws QueueError ReceiptHandleIsInvalid when it is not a handle of this queue */
export function parseReceiptHandle(queueName: string, handle: string): Receipt {
  const [name, messageId, count] = Buffer.from(handle, "base64url").toString().split(" ");
  const receiveCount = Number(count);
  if (name === queueName && messageId !== undefined && Number.isInteger(receiveCount)) {
    return { messageId, receiveCount };
  }
  throw new QueueError(
    "ReceiptHandleIsInvalid",
    `The input receipt handle "${handle}" is not a valid receipt handle.`,
  );
}
