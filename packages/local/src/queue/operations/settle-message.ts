import type { QueueEntry } from "../queue-directory.ts";
import { invalidParameter, QueueError } from "../queue-error.ts";
import { parseReceiptHandle } from "../receipt-handle.ts";
import { type Fields, optionalInteger, requiredText } from "../request-fields.ts";
import { batchEntries, runBatch } from "./batch.ts";
import type { Operation } from "./operation.ts";

const MAXIMUM_VISIBILITY_SECONDS = 43_200;

function remove(entry: QueueEntry, request: Fields): object {
  const receipt = parseReceiptHandle(entry.name, requiredText(request, "ReceiptHandle"));
  entry.queue.remove(receipt.messageId, receipt.receiveCount);
  return {};
}

function changeVisibility(entry: QueueEntry, request: Fields): object {
  const handle = requiredText(request, "ReceiptHandle");
  const receipt = parseReceiptHandle(entry.name, handle);
  const seconds = optionalInteger(request, "VisibilityTimeout", 0, MAXIMUM_VISIBILITY_SECONDS);
  if (seconds === undefined) {
    throw new QueueError(
      "MissingRequiredParameterException",
      "The request must contain the parameter VisibilityTimeout.",
    );
  }
  const outcome = entry.queue.hide(receipt.messageId, receipt.receiveCount, seconds);
  if (outcome === "unknown") {
    throw invalidParameter(
      `Value ${handle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
    );
  }
  if (outcome === "not-in-flight")
    throw new QueueError("MessageNotInflight", "The message referred to isn't in flight.");
  return {};
}

export const deleteMessage: Operation = (request, { directory }) =>
  remove(directory.addressed(request), request);

export const deleteMessageBatch: Operation = (request, { directory }) => {
  const entry = directory.addressed(request);
  return runBatch(batchEntries(request), (batchEntry) => remove(entry, batchEntry));
};

export const changeMessageVisibilityBatch: Operation = (request, { directory }) => {
  const entry = directory.addressed(request);
  const result = runBatch(batchEntries(request), (batchEntry) => changeVisibility(entry, batchEntry));
  entry.longPoll.wake();
  return result;
};
