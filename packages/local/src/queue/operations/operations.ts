import { getQueueAttributes } from "./get-queue-attributes.ts";
import type { Operation } from "./operation.ts";
import { receiveMessage } from "./receive-message.ts";
import { sendMessage, sendMessageBatch } from "./send-message.ts";
import { changeMessageVisibilityBatch, deleteMessage, deleteMessageBatch } from "./settle-message.ts";

/** The operations of SQS that the product uses, by the name that follows `AmazonSQS.` in X-Amz-Target. */
export const operations: ReadonlyMap<string, Operation> = new Map([
  ["SendMessage", sendMessage],
  ["SendMessageBatch", sendMessageBatch],
  ["ReceiveMessage", receiveMessage],
  ["DeleteMessage", deleteMessage],
  ["DeleteMessageBatch", deleteMessageBatch],
  ["ChangeMessageVisibilityBatch", changeMessageVisibilityBatch],
  ["GetQueueAttributes", getQueueAttributes],
]);
