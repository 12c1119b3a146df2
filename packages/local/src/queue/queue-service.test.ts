import * as sqs from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startTestService, type TestService } from "./queue-service.fixture.ts";
import { startQueueService } from "./queue-service.ts";

let service: TestService;
let QueueUrl: string;

beforeEach(async () => {
  service = await startTestService([
    { name: "jobs", visibilityTimeoutSeconds: 30, deadLetterQueue: "dead-jobs", maxReceiveCount: 2 },
    { name: "dead-jobs", visibilityTimeoutSeconds: 30 },
  ]);
  QueueUrl = service.queueUrl("jobs");
});

afterEach(() => service.stop());

const send = (MessageBody: string, more: Partial<sqs.SendMessageCommandInput> = {}) =>
  service.client.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody, ...more }));

async function receive(more: Partial<sqs.ReceiveMessageCommandInput> = {}): Promise<sqs.Message[]> {
  const command = new sqs.ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...more });
  return (await service.client.send(command)).Messages ?? [];
}

const bodies = (messages: sqs.Message[]) => messages.map((message) => message.Body);

async function receiveOne(more: Partial<sqs.ReceiveMessageCommandInput> = {}): Promise<sqs.Message> {
  const [message] = await receive(more);
  if (message === undefined) throw new Error("no message");
  return message;
}

describe("send and receive", () => {
  it("returns the message with every attribute asked for, and checksums the SDK verifies", async () => {
    const sent = await send("hällo", {
      MessageGroupId: "user-1",
      MessageAttributes: {
        timestamp: { DataType: "Number", StringValue: "1493147359900" },
        "trace.raw": { DataType: "Binary", BinaryValue: Uint8Array.of(1, 2) },
      },
      MessageSystemAttributes: { AWSTraceHeader: { DataType: "String", StringValue: "Root=1-2-3" } },
    });
    expect(sent.MD5OfMessageSystemAttributes).toMatch(/^[0-9a-f]{32}$/);
    const message = await receiveOne({
      MessageSystemAttributeNames: ["All"],
      MessageAttributeNames: ["All"],
    });
    expect(message).toMatchObject({
      MessageId: sent.MessageId,
      Body: "hällo",
      MD5OfBody: sent.MD5OfMessageBody,
    });
    expect(message.MD5OfMessageAttributes).toBe(sent.MD5OfMessageAttributes);
    expect(message.MessageAttributes?.["trace.raw"]?.BinaryValue).toEqual(Uint8Array.of(1, 2));
    expect(message.Attributes).toMatchObject({
      ApproximateReceiveCount: "1",
      MessageGroupId: "user-1",
      AWSTraceHeader: "Root=1-2-3",
      SentTimestamp: expect.stringMatching(/^\d{13}$/),
      ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
    });
  });

  it("returns only the attributes that were asked for", async () => {
    const text = { DataType: "String", StringValue: "x" };
    await send("a", { MessageAttributes: { one: text, "group.two": text, "group.three": text } });
    const plain = await receiveOne({ VisibilityTimeout: 0 });
    expect([plain.Attributes, plain.MessageAttributes]).toEqual([undefined, undefined]);
    const some = await receiveOne({
      MessageSystemAttributeNames: ["ApproximateReceiveCount"],
      MessageAttributeNames: ["group.*"],
    });
    expect(some.Attributes).toEqual({ ApproximateReceiveCount: "2" });
    expect(Object.keys(some.MessageAttributes ?? {})).toEqual(["group.two", "group.three"]);
  });

  it("wakes a long poll within milliseconds of the send", async () => {
    const waiting = receive({ WaitTimeSeconds: 20 }).then((messages) => ({
      messages,
      at: performance.now(),
    }));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const sentAt = performance.now();
    await send("now");
    const { messages, at } = await waiting;
    expect(bodies(messages)).toEqual(["now"]);
    expect(at - sentAt).toBeLessThan(500);
  });

  it("wakes a long poll when a delay or a visibility timeout ends, and answers nothing when it times out", async () => {
    await send("delayed", { DelaySeconds: 1 });
    expect(bodies(await receive({ WaitTimeSeconds: 5, VisibilityTimeout: 1 }))).toEqual(["delayed"]);
    expect(bodies(await receive({ WaitTimeSeconds: 5 }))).toEqual(["delayed"]);
    expect(await receive({ WaitTimeSeconds: 1 })).toEqual([]);
  });

  it("gives no message to a receiver that went away", async () => {
    const leaving = new AbortController();
    const gone = service.client.send(new sqs.ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }), {
      abortSignal: leaving.signal,
    });
    setTimeout(() => leaving.abort(), 50);
    await expect(gone).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await send("a");
    expect(bodies(await receive())).toEqual(["a"]);
  });

  it("sends a batch to a waiting receiver in one piece, and refuses single entries", async () => {
    const waiting = receive({ WaitTimeSeconds: 5 });
    await new Promise((resolve) => setTimeout(resolve, 30));
    const result = await service.client.send(
      new sqs.SendMessageBatchCommand({
        QueueUrl,
        Entries: [
          { Id: "one", MessageBody: "1" },
          { Id: "bad", MessageBody: "\u0000" },
          { Id: "late", MessageBody: "2", DelaySeconds: 901 },
          { Id: "two", MessageBody: "3", MessageGroupId: "g" },
        ],
      }),
    );
    expect(result.Successful?.map((entry) => entry.Id)).toEqual(["one", "two"]);
    expect(result.Failed).toMatchObject([
      { Id: "bad", SenderFault: true, Code: "InvalidMessageContents" },
      { Id: "late", SenderFault: true, Code: "InvalidParameterValue" },
    ]);
    expect(bodies(await waiting)).toEqual(["1", "3"]);
  });
});

describe("settling", () => {
  it("deletes one by one and in batches; unknown messages are no error", async () => {
    for (const body of ["1", "2", "3"]) await send(body);
    const [first, second, third] = (await receive()).map((message) => message.ReceiptHandle);
    for (let repeat = 0; repeat < 2; repeat += 1) {
      await service.client.send(new sqs.DeleteMessageCommand({ QueueUrl, ReceiptHandle: first }));
    }
    const Entries = [
      { Id: "a", ReceiptHandle: second },
      { Id: "b", ReceiptHandle: third },
      { Id: "c", ReceiptHandle: "nonsense" },
    ];
    const result = await service.client.send(new sqs.DeleteMessageBatchCommand({ QueueUrl, Entries }));
    expect(result.Successful?.map((entry) => entry.Id)).toEqual(["a", "b"]);
    expect(result.Failed).toMatchObject([{ Id: "c", Code: "ReceiptHandleIsInvalid" }]);
    service.advance(31);
    expect(await receive()).toEqual([]);
  });

  it("changes visibility", async () => {
    await send("a");
    const { ReceiptHandle } = await receiveOne();
    const waiting = receive({ WaitTimeSeconds: 5 });
    const show = { Id: "a", ReceiptHandle, VisibilityTimeout: 0 };
    await service.client.send(new sqs.ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries: [show] }));
    const again = (await waiting)[0]?.ReceiptHandle;
    const change = new sqs.ChangeMessageVisibilityBatchCommand({
      QueueUrl,
      Entries: [
        { Id: "new", ReceiptHandle: again, VisibilityTimeout: 600 },
        { Id: "stale", ReceiptHandle, VisibilityTimeout: 600 },
      ],
    });
    const result = await service.client.send(change);
    expect(result.Successful).toEqual([{ Id: "new" }]);
    expect(result.Failed).toMatchObject([{ Id: "stale", Code: "InvalidParameterValue" }]);
    service.advance(599);
    expect(await receive()).toEqual([]);
  });

  it("moves a message to the dead-letter queue after its receives, and wakes that queue's receivers", async () => {
    const sent = await send("poison", { MessageGroupId: "user-1" });
    for (let count = 0; count < 2; count += 1)
      expect(await receive({ VisibilityTimeout: 0 })).toHaveLength(1);
    const dead = receiveOne({
      QueueUrl: service.queueUrl("dead-jobs"),
      WaitTimeSeconds: 5,
      MessageSystemAttributeNames: ["All"],
    });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(await receive()).toEqual([]);
    expect(await dead).toMatchObject({
      MessageId: sent.MessageId,
      Body: "poison",
      Attributes: { DeadLetterQueueSourceArn: service.queueArn("jobs"), MessageGroupId: "user-1" },
    });
  });

  it("carries more than a thousand messages a second in batches", async () => {
    const batch = Array.from({ length: 10 }, (_, index) => ({ Id: String(index), MessageBody: "job" }));
    const startedAt = performance.now();
    for (let round = 0; round < 100; round += 1) {
      await service.client.send(new sqs.SendMessageBatchCommand({ QueueUrl, Entries: batch }));
      const Entries = (await receive()).map(({ ReceiptHandle }, index) => ({
        Id: String(index),
        ReceiptHandle,
      }));
      expect(Entries).toHaveLength(10);
      await service.client.send(new sqs.DeleteMessageBatchCommand({ QueueUrl, Entries }));
    }
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});

describe("close", () => {
  it("answers waiting receivers and frees the port", async () => {
    const waiting = receive({ WaitTimeSeconds: 20 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    await service.close();
    expect(await waiting).toEqual([]);
    await expect(fetch(service.endpoint)).rejects.toThrow();
  });
});

describe("startQueueService", () => {
  it("rejects when the port is taken or a dead-letter queue is missing", async () => {
    const port = Number(new URL(service.endpoint).port);
    await expect(startQueueService({ queues: [], port })).rejects.toMatchObject({ code: "EADDRINUSE" });
    const queues = [{ name: "jobs", visibilityTimeoutSeconds: 30, deadLetterQueue: "nowhere" }];
    await expect(startQueueService({ queues })).rejects.toThrow("Dead letter target does not exist");
  });
});
