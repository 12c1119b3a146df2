import { attributesChecksum, bodyChecksum, type MessageContent, messageBytes } from "../message.ts";
import { parseMessage } from "../message-rules.ts";
import type { QueueEntry } from "../queue-directory.ts";
import { invalidParameter, QueueError } from "../queue-error.ts";
import { type Fields, optionalInteger } from "../request-fields.ts";
import { batchEntries, runBatch } from "./batch.ts";
import type { Operation } from "./operation.ts";

const MAXIMUM_DELAY_SECONDS = 900;
/** One MiB, the largest message and the largest batch of SQS since August 2025. */
const MAXIMUM_MESSAGE_BYTES = 1_048_576;

function traceHeaderChecksum({ traceHeader }: MessageContent): string | undefined {
  if (traceHeader === undefined) return undefined;
  return attributesChecksum({ AWSTraceHeader: { DataType: "String", StringValue: traceHeader } });
}

function send(entry: QueueEntry, request: Fields, content: MessageContent): object {
  if (messageBytes(content) > MAXIMUM_MESSAGE_BYTES) {
    throw invalidParameter(
      `One or more parameters are invalid. Reason: Message must be shorter than ${MAXIMUM_MESSAGE_BYTES} bytes.`,
    );
  }
  const delay = optionalInteger(request, "DelaySeconds", 0, MAXIMUM_DELAY_SECONDS) ?? 0;
  return {
    MessageId: entry.queue.send(content, delay).id,
    MD5OfMessageBody: bodyChecksum(content.body),
    MD5OfMessageAttributes: attributesChecksum(content.attributes),
    MD5OfMessageSystemAttributes: traceHeaderChecksum(content),
  };
}

export const sendMessage: Operation = (request, { directory }) => {
  const entry = directory.addressed(request);
  const sent = send(entry, request, parseMessage(request));
  entry.longPoll.wake();
  return sent;
};

export const sendMessageBatch: Operation = (request, { directory }) => {
  const entry = directory.addressed(request);
  const contents = new Map<Fields, MessageContent | QueueError>();
  let bytes = 0;
  for (const batchEntry of batchEntries(request)) {
    const content = parseOrRefuse(batchEntry);
    contents.set(batchEntry, content);
    bytes += content instanceof QueueError ? 0 : messageBytes(content);
  }
  if (bytes > MAXIMUM_MESSAGE_BYTES) {
    const reason = `Batch requests cannot be longer than ${MAXIMUM_MESSAGE_BYTES} bytes. You have sent ${bytes} bytes.`;
    throw new QueueError("BatchRequestTooLong", reason);
  }
  const result = runBatch([...contents.keys()], (batchEntry) => {
    const content = contents.get(batchEntry);
    if (content === undefined || content instanceof QueueError) throw content;
    return send(entry, batchEntry, content);
  });
  // Once, after the last entry: a waiting receiver gets the batch in one piece.
  entry.longPoll.wake();
  return result;
};

function parseOrRefuse(batchEntry: Fields): MessageContent | QueueError {
  try {
    return parseMessage(batchEntry);
  } catch (error) {
    if (error instanceof QueueError) return error;
    throw error;
  }
}
