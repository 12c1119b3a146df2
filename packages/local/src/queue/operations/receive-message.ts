import { attributesChecksum, bodyChecksum, type MessageAttribute } from "../message.ts";
import type { QueuedMessage } from "../queue.ts";
import type { QueueEntry } from "../queue-directory.ts";
import { printReceiptHandle } from "../receipt-handle.ts";
import { type Fields, optionalInteger, texts } from "../request-fields.ts";
import type { Operation } from "./operation.ts";

const MAXIMUM_WAIT_SECONDS = 20;
const MAXIMUM_MESSAGES = 10;
const MAXIMUM_VISIBILITY_SECONDS = 43_200;

interface WantedAttributes {
  system: (name: string) => boolean;
  message: (name: string) => boolean;
}

function wantedAttributes(request: Fields): WantedAttributes {
  const system = [...texts(request, "MessageSystemAttributeNames"), ...texts(request, "AttributeNames")];
  const message = texts(request, "MessageAttributeNames");
  const isWanted = (name: string) => (pattern: string) =>
    pattern === name ||
    pattern === "All" ||
    (pattern.endsWith(".*") && name.startsWith(pattern.slice(0, -1)));
  return {
    system: (name) => system.includes(name) || system.includes("All"),
    message: (name) => message.includes(".*") || message.some(isWanted(name)),
  };
}

function systemAttributes(message: QueuedMessage): Record<string, string | undefined> {
  return {
    SenderId: "AIDALOCALSTACKOFPARLEY",
    SentTimestamp: String(message.sentAt),
    ApproximateReceiveCount: String(message.receiveCount),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
    MessageGroupId: message.content.groupId,
    AWSTraceHeader: message.content.traceHeader,
    DeadLetterQueueSourceArn: message.deadLetterSourceArn,
  };
}

function pick<T>(
  from: Record<string, T>,
  isWanted: (name: string) => boolean,
): Record<string, T> | undefined {
  const wanted = Object.entries(from).filter(([name, value]) => value !== undefined && isWanted(name));
  return wanted.length === 0 ? undefined : Object.fromEntries(wanted);
}

function printMessage(entry: QueueEntry, message: QueuedMessage, wanted: WantedAttributes): object {
  const attributes: Record<string, MessageAttribute> = pick(message.content.attributes, wanted.message) ?? {};
  const checksum = attributesChecksum(attributes);
  return {
    MessageId: message.id,
    ReceiptHandle: printReceiptHandle(entry.name, message),
    Body: message.content.body,
    MD5OfBody: bodyChecksum(message.content.body),
    Attributes: pick(systemAttributes(message), wanted.system),
    ...(checksum !== undefined && { MessageAttributes: attributes, MD5OfMessageAttributes: checksum }),
  };
}

export const receiveMessage: Operation = async (request, { directory, signal }) => {
  const entry = directory.addressed(request);
  const wanted = wantedAttributes(request);
  const visibility = optionalInteger(request, "VisibilityTimeout", 0, MAXIMUM_VISIBILITY_SECONDS);
  const wait = optionalInteger(request, "WaitTimeSeconds", 0, MAXIMUM_WAIT_SECONDS);
  const messages = await entry.longPoll.receive({
    limit: optionalInteger(request, "MaxNumberOfMessages", 1, MAXIMUM_MESSAGES) ?? 1,
    visibilityTimeoutSeconds: visibility ?? entry.visibilityTimeoutSeconds,
    waitSeconds: wait ?? 0,
    signal,
  });
  if (messages.length === 0) return {};
  return { Messages: messages.map((message) => printMessage(entry, message, wanted)) };
};
