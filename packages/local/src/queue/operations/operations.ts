import * as manage from "./manage-queue.ts";
import type { Operation } from "./operation.ts";
import { receiveMessage } from "./receive-message.ts";
import { sendMessage, sendMessageBatch } from "./send-message.ts";
import * as settle from "./settle-message.ts";

/** The operations of SQS that the local stack answers, by the name that follows `AmazonSQS.` in X-Amz-Target. */
export const operations: ReadonlyMap<string, Operation> = new Map([
  ["SendMessage", sendMessage],
  ["SendMessageBatch", sendMessageBatch],
  ["ReceiveMessage", receiveMessage],
  ["DeleteMessage", settle.deleteMessage],
  ["DeleteMessageBatch", settle.deleteMessageBatch],
  ["ChangeMessageVisibility", settle.changeMessageVisibility],
  ["ChangeMessageVisibilityBatch", settle.changeMessageVisibilityBatch],
  ["CreateQueue", manage.createQueue],
  ["DeleteQueue", manage.deleteQueue],
  ["PurgeQueue", manage.purgeQueue],
  ["GetQueueUrl", manage.getQueueUrl],
  ["ListQueues", manage.listQueues],
  ["GetQueueAttributes", manage.getQueueAttributes],
  ["SetQueueAttributes", manage.setQueueAttributes],
]);
