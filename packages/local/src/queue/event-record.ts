import type { SQSMessageAttribute, SQSRecord } from "aws-lambda";
import type { ReceivedMessage } from "./batch-reader.ts";
import type { MessageAttribute } from "./message.ts";

function messageAttribute(value: MessageAttribute): SQSMessageAttribute {
  return {
    ...(value.StringValue !== undefined && { stringValue: value.StringValue }),
    ...(value.BinaryValue !== undefined && { binaryValue: value.BinaryValue }),
    stringListValues: [],
    binaryListValues: [],
    dataType: value.DataType,
  };
}

/** A received message as a Lambda function sees it. `queueArn` also tells the region. */
export function eventRecord(message: ReceivedMessage, queueArn: string): SQSRecord {
  const { SentTimestamp, SenderId, ApproximateReceiveCount, ApproximateFirstReceiveTimestamp, ...others } =
    message.Attributes ?? {};
  const attributes = Object.entries(message.MessageAttributes ?? {});
  return {
    messageId: message.MessageId ?? "",
    receiptHandle: message.ReceiptHandle ?? "",
    body: message.Body ?? "",
    attributes: {
      ApproximateReceiveCount: ApproximateReceiveCount ?? "1",
      SentTimestamp: SentTimestamp ?? "",
      SenderId: SenderId ?? "",
      ApproximateFirstReceiveTimestamp: ApproximateFirstReceiveTimestamp ?? "",
      ...others,
    },
    messageAttributes: Object.fromEntries(attributes.map(([name, value]) => [name, messageAttribute(value)])),
    md5OfBody: message.MD5OfBody ?? "",
    ...(message.MD5OfMessageAttributes !== undefined && {
      md5OfMessageAttributes: message.MD5OfMessageAttributes,
    }),
    eventSource: "aws:sqs",
    eventSourceARN: queueArn,
    awsRegion: queueArn.split(":")[3] ?? "",
  };
}
