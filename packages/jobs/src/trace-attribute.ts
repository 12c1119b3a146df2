import { presentTraceparent } from "@parley/runtime/telemetry";
import type { SQSRecord } from "aws-lambda";

/** The message attribute that links what a queue gives to what sent it. */
export const traceAttribute = "traceparent";

/** What goes with a message, beside its body: workers of an earlier release pass over it. */
export function traceAttributes() {
  const StringValue = presentTraceparent();
  if (StringValue === undefined) return {};
  return { MessageAttributes: { [traceAttribute]: { DataType: "String", StringValue } } };
}

/** The trace context that came with a message. */
export function traceparentOf({
  messageAttributes,
}: Pick<SQSRecord, "messageAttributes">): string | undefined {
  // Events that people write by hand may lack it.
  return (messageAttributes as Partial<SQSRecord["messageAttributes"]> | undefined)?.[traceAttribute]
    ?.stringValue;
}
