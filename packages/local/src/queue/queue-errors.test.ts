import * as sqs from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestService, type TestService } from "./queue-service.fixture.ts";

const MEBIBYTE = 1_048_576;

let service: TestService;
let QueueUrl: string;

beforeAll(async () => {
  service = await startTestService([{ name: "jobs", visibilityTimeoutSeconds: 30 }]);
  QueueUrl = service.queueUrl("jobs");
});

afterAll(() => service.stop());

const send = (MessageBody: string | undefined, more: Partial<sqs.SendMessageCommandInput> = {}) =>
  service.client.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody, ...more }));
const sendBatch = (...Entries: sqs.SendMessageBatchRequestEntry[]) =>
  service.client.send(new sqs.SendMessageBatchCommand({ QueueUrl, Entries }));

describe("errors as the SDK reads them", () => {
  it("knows no other queue", async () => {
    const sending = send("a", { QueueUrl: `${service.endpoint}/000000000000/nobody` });
    await expect(sending).rejects.toBeInstanceOf(sqs.QueueDoesNotExist);
    await expect(sending).rejects.toMatchObject({
      $metadata: { httpStatusCode: 400, requestId: expect.stringMatching(/.{36}/) },
      Error: { Code: "AWS.SimpleQueueService.NonExistentQueue", Type: "Sender" },
    });
    await expect(send("a", { QueueUrl: `${service.endpoint}/1/jobs` })).rejects.toBeInstanceOf(
      sqs.QueueDoesNotExist,
    );
  });

  it("refuses missing parameters", async () => {
    await expect(send(undefined)).rejects.toMatchObject({ Error: { Code: "MissingParameter" } });
    await expect(send("")).rejects.toThrow("The request must contain the parameter MessageBody.");
    const receive = new sqs.ReceiveMessageCommand({ QueueUrl: undefined });
    await expect(service.client.send(receive)).rejects.toThrow("QueueUrl");
  });

  it("takes 1 MiB, and not a byte more", async () => {
    await send("x".repeat(MEBIBYTE));
    await expect(send("x".repeat(MEBIBYTE + 1))).rejects.toMatchObject({
      Error: { Code: "InvalidParameterValue" },
    });
    const attribute = { DataType: "String", StringValue: "x" };
    const crowded = send("x".repeat(MEBIBYTE), { MessageAttributes: { a: attribute } });
    await expect(crowded).rejects.toThrow("shorter than 1048576 bytes");
    const half = "é".repeat(MEBIBYTE / 4);
    await sendBatch({ Id: "1", MessageBody: half }, { Id: "2", MessageBody: half });
    const over = sendBatch({ Id: "1", MessageBody: half }, { Id: "2", MessageBody: `${half}x` });
    await expect(over).rejects.toBeInstanceOf(sqs.BatchRequestTooLong);
  });

  it.each(["\u0000", "\u000b", "\uFFFE", "\uD800"])("refuses the character %j", async (character) => {
    // The SDK would replace a lone surrogate on its way, so the request is written by hand.
    const MessageBody = `a${character}`;
    const response = await call("SendMessage", JSON.stringify({ QueueUrl, MessageBody }));
    expect(response.headers.get("x-amzn-query-error")).toBe("InvalidMessageContents;Sender");
  });

  it("refuses bad batches", async () => {
    const entry = { Id: "1", MessageBody: "a" };
    const eleven = Array.from({ length: 11 }, (_, index) => ({ ...entry, Id: String(index) }));
    await expect(sendBatch()).rejects.toBeInstanceOf(sqs.EmptyBatchRequest);
    await expect(sendBatch(...eleven)).rejects.toBeInstanceOf(sqs.TooManyEntriesInBatchRequest);
    await expect(sendBatch(entry, entry)).rejects.toBeInstanceOf(sqs.BatchEntryIdsNotDistinct);
    await expect(sendBatch({ ...entry, Id: "a b" })).rejects.toBeInstanceOf(sqs.InvalidBatchEntryId);
  });

  it("refuses values out of range", async () => {
    await expect(send("a", { DelaySeconds: 901 })).rejects.toThrow("DelaySeconds");
    await expect(send("a", { MessageGroupId: "two words" })).rejects.toThrow("MessageGroupId");
    await expect(send("a", { MessageDeduplicationId: "d" })).rejects.toThrow("not valid for this queue type");
    for (const more of [{ MaxNumberOfMessages: 11 }, { WaitTimeSeconds: 21 }, { VisibilityTimeout: -1 }]) {
      const receiving = service.client.send(new sqs.ReceiveMessageCommand({ QueueUrl, ...more }));
      await expect(receiving).rejects.toMatchObject({ Error: { Code: "InvalidParameterValue" } });
    }
  });

  it.each([
    ["AWS.mine", { DataType: "String", StringValue: "x" }],
    ["kind", { DataType: "Date", StringValue: "x" }],
    ["empty", { DataType: "String", StringValue: "" }],
    ["number", { DataType: "Number", StringValue: "many" }],
  ])("refuses the message attribute %s", async (name, attribute) => {
    await expect(send("a", { MessageAttributes: { [name]: attribute } })).rejects.toThrow(name);
  });

  it("refuses receipt handles of no message in flight", async () => {
    const change = async (ReceiptHandle: string | undefined) => {
      const Entries = [{ Id: "a", ReceiptHandle, VisibilityTimeout: 0 }];
      const change = new sqs.ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries });
      const { Failed = [] } = await service.client.send(change);
      return Failed.map(({ Code }) => Code);
    };
    const remove = new sqs.DeleteMessageCommand({ QueueUrl, ReceiptHandle: "nonsense" });
    await expect(service.client.send(remove)).rejects.toBeInstanceOf(sqs.ReceiptHandleIsInvalid);
    expect(await change("nonsense")).toEqual(["ReceiptHandleIsInvalid"]);
    const received = await service.client.send(new sqs.ReceiveMessageCommand({ QueueUrl }));
    const handle = received.Messages?.[0]?.ReceiptHandle;
    expect(await change(handle)).toEqual([]);
    expect(await change(handle)).toEqual(["AWS.SimpleQueueService.MessageNotInflight"]);
  });
});

function call(operation: string, body: string): Promise<Response> {
  const headers = { "x-amz-target": `AmazonSQS.${operation}`, "content-type": "application/x-amz-json-1.0" };
  return fetch(service.endpoint, { method: "POST", headers, body });
}

describe("requests no SDK would send", () => {
  it.each([
    ["no JSON", "ReceiveMessage", "not json", "SerializationException"],
    ["a list", "ReceiveMessage", "[]", "SerializationException"],
    [
      "a number as text",
      "ReceiveMessage",
      '{"QueueUrl":"/000000000000/jobs","MaxNumberOfMessages":"1"}',
      "SerializationException",
    ],
    ["a text as number", "SendMessage", '{"QueueUrl":7}', "SerializationException"],
    [
      "a batch of numbers",
      "SendMessageBatch",
      '{"QueueUrl":"/000000000000/jobs","Entries":[1]}',
      "SerializationException",
    ],
    ["8 MiB", "ReceiveMessage", `"${"x".repeat(8 * MEBIBYTE)}"`, "RequestEntityTooLarge"],
    ["an operation the product does not use", "ListQueues", "{}", "UnsupportedOperation"],
    ["an operation nobody has", "constructor", "{}", "UnsupportedOperation"],
  ])("refuses %s", async (_, operation, body, code) => {
    const response = await call(operation, body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ __type: `com.amazonaws.sqs#${code}` });
  });

  it("serves the same connection on after a request that was too long", async () => {
    const big = `"${"x".repeat(8 * MEBIBYTE)}"`;
    const small = '{"QueueUrl":"/000000000000/jobs"}';
    for (const body of [big, small, small, small]) {
      const response = await call("GetQueueAttributes", body);
      expect(response.status).toBe(body === big ? 400 : 200);
      await response.text();
    }
  });
});
