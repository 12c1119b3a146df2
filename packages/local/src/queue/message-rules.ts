import type { MessageAttribute, MessageContent } from "./message.ts";
import { invalidParameter, QueueError } from "./queue-error.ts";
import { type Fields, isFields, optionalFields, optionalText, requiredText } from "./request-fields.ts";

const MAXIMUM_ATTRIBUTES = 10;
// The characters of XML 1.0, the only ones SQS takes; a lone surrogate is none of them.
const UNSUPPORTED_CHARACTER = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;

function parseAttribute(name: string, value: unknown): MessageAttribute {
  if (!/^(?!\.|AWS\.|Amazon\.)[\w.-]{1,256}$/i.test(name) || /\.\.|\.$/.test(name)) {
    throw invalidParameter(`The message attribute name '${name}' is invalid.`);
  }
  if (!isFields(value)) throw invalidParameter(`The message attribute '${name}' must contain a value.`);
  const dataType = optionalText(value, "DataType") ?? "";
  const kind = /^(String|Number|Binary)(\..+)?$/.exec(dataType)?.[1];
  if (kind === undefined) {
    throw invalidParameter(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    );
  }
  const field = kind === "Binary" ? "BinaryValue" : "StringValue";
  const content = optionalText(value, field) ?? "";
  if (content === "") {
    throw invalidParameter(
      `The message attribute '${name}' must contain a non-empty value for type '${dataType}'.`,
    );
  }
  if (kind === "Number" && !Number.isFinite(Number(content))) {
    throw invalidParameter(`Can't cast the value of message (user) attribute '${name}' to a number.`);
  }
  return { DataType: dataType, [field]: content };
}

function parseAttributes(request: Fields): Record<string, MessageAttribute> {
  const given = Object.entries(optionalFields(request, "MessageAttributes"));
  if (given.length > MAXIMUM_ATTRIBUTES) {
    throw invalidParameter(
      `Number of message attributes [${given.length}] exceeds the allowed maximum [${MAXIMUM_ATTRIBUTES}].`,
    );
  }
  return Object.fromEntries(given.map(([name, value]) => [name, parseAttribute(name, value)]));
}

function parseGroupId(request: Fields): string | undefined {
  const groupId = optionalText(request, "MessageGroupId");
  if (groupId === undefined || /^[\x21-\x7E]{1,128}$/.test(groupId)) return groupId;
  throw invalidParameter(
    `Value ${groupId} for parameter MessageGroupId is invalid. Reason: MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
  );
}

function parseTraceHeader(request: Fields): string | undefined {
  const { AWSTraceHeader: header, ...others } = optionalFields(request, "MessageSystemAttributes");
  if (Object.keys(others).length > 0)
    throw invalidParameter("Only AWSTraceHeader can be sent as a system attribute.");
  return isFields(header) ? optionalText(header, "StringValue") : undefined;
}

/**
 * The message of a SendMessage request or a batch entry, of any size.
 * @throws QueueError MissingParameter, InvalidMessageContents, InvalidParameterValue
 */
export function parseMessage(request: Fields): MessageContent {
  const body = requiredText(request, "MessageBody");
  if (UNSUPPORTED_CHARACTER.test(body)) {
    throw new QueueError(
      "InvalidMessageContents",
      "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF.",
    );
  }
  if (optionalText(request, "MessageDeduplicationId") !== undefined) {
    throw invalidParameter(
      "The request includes a parameter that is not valid for this queue type: MessageDeduplicationId.",
    );
  }
  const groupId = parseGroupId(request);
  const traceHeader = parseTraceHeader(request);
  return {
    body,
    attributes: parseAttributes(request),
    ...(groupId !== undefined && { groupId }),
    ...(traceHeader !== undefined && { traceHeader }),
  };
}
