import { describe, expect, it } from "vitest";
import { attributesChecksum, bodyChecksum, messageBytes } from "./message.ts";

describe("checksums", () => {
  it("hashes the body as UTF-8", () => {
    expect(bodyChecksum("This is a test message")).toBe("fafb00f5732ab283681e124bf8747ed1");
  });

  // The digests AWS answers for these attributes, as several SQS clients' test suites pin them.
  it("hashes a number attribute as SQS does", () => {
    const attributes = { timestamp: { DataType: "Number", StringValue: "1493147359900" } };
    expect(attributesChecksum(attributes)).toBe("235c5c510d26fb653d073faed50ae77c");
  });

  it("hashes text, number and binary attributes in order of their names", () => {
    const attributes = {
      zzz: { DataType: "Number", StringValue: "0230.01" },
      ccc: { DataType: "String", StringValue: "testjunk" },
      öther_encodings: { DataType: "String", StringValue: "Tüst" },
      aaa: { DataType: "Binary", BinaryValue: Buffer.of(2, 3, 4).toString("base64") },
    };
    expect(attributesChecksum(attributes)).toBe("8ae21a7957029ef04146b42aeaa18a22");
  });

  it("has none without attributes", () => {
    expect(attributesChecksum({})).toBeUndefined();
  });
});

describe("messageBytes", () => {
  it("counts bytes of the body and of names, types and values", () => {
    const attributes = {
      count: { DataType: "Number", StringValue: "12" },
      raw: { DataType: "Binary", BinaryValue: "AAEC" },
    };
    expect(messageBytes({ body: "é", attributes })).toBe(2 + 5 + 6 + 2 + 3 + 6 + 3);
  });
});
