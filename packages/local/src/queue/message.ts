import { createHash, hash } from "node:crypto";

/** A message attribute as the JSON protocol carries it; binary values are base64. */
export interface MessageAttribute {
  DataType: string;
  StringValue?: string;
  BinaryValue?: string;
}

/** What a sender puts into a queue. */
export interface MessageContent {
  body: string;
  attributes: Record<string, MessageAttribute>;
  groupId?: string;
  traceHeader?: string;
}

const TEXT_VALUE = 1;
const BINARY_VALUE = 2;

export function bodyChecksum(body: string): string {
  return hash("md5", body);
}

/**
 * MD5 of message attributes as SQS computes it, `undefined` when there are none.
 * Source: SQS developer guide, "Calculating the MD5 message digest for message attributes".
 */
export function attributesChecksum(attributes: Record<string, MessageAttribute>): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const digest = createHash("md5");
  const update = (bytes: Buffer): void => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    digest.update(length).update(bytes);
  };
  for (const name of names) {
    const attribute = attributes[name];
    if (attribute === undefined) continue;
    update(Buffer.from(name));
    update(Buffer.from(attribute.DataType));
    const isBinary = attribute.BinaryValue !== undefined;
    digest.update(Buffer.of(isBinary ? BINARY_VALUE : TEXT_VALUE));
    update(
      isBinary
        ? Buffer.from(attribute.BinaryValue ?? "", "base64")
        : Buffer.from(attribute.StringValue ?? ""),
    );
  }
  return digest.digest("hex");
}

/** Bytes that count towards the size limit: the body and every attribute's name, type and value. */
export function messageBytes(content: MessageContent): number {
  let bytes = Buffer.byteLength(content.body);
  for (const [name, attribute] of Object.entries(content.attributes)) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(attribute.DataType);
    bytes +=
      Buffer.byteLength(attribute.StringValue ?? "") +
      Buffer.byteLength(attribute.BinaryValue ?? "", "base64");
  }
  return bytes;
}
