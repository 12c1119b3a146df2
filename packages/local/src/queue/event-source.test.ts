import { GetQueueAttributesCommand, SendMessageBatchCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import type { SQSEvent } from "aws-lambda";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type EventSource, type EventSourceOptions, startEventSource } from "./event-source.ts";
import { startTestService, type TestService } from "./queue-service.fixture.ts";

let service: TestService;
let QueueUrl: string;
let source: EventSource | undefined;
let errors: Error[];

beforeEach(async () => {
  service = await startTestService([
    { name: "jobs", visibilityTimeoutSeconds: 1, deadLetterQueue: "dead", maxReceiveCount: 2 },
    { name: "dead", visibilityTimeoutSeconds: 30 },
  ]);
  QueueUrl = service.queueUrl("jobs");
  errors = [];
});

afterEach(async () => {
  await source?.close();
  source = undefined;
  await service.stop();
});

type Invoke = EventSourceOptions["invoke"];

function start(invoke: Invoke, more: Partial<EventSourceOptions> = {}): EventSource {
  source = startEventSource({
    endpoint: service.endpoint,
    queueUrl: QueueUrl,
    queueArn: service.queueArn("jobs"),
    functionName: "reply-worker",
    maximumConcurrency: 4,
    invoke,
    onError: (error) => errors.push(error),
    ...more,
  });
  return source;
}

const send = (MessageBody: string) => service.client.send(new SendMessageCommand({ QueueUrl, MessageBody }));

async function sendMany(count: number): Promise<void> {
  for (let first = 0; first < count; first += 10) {
    const size = Math.min(10, count - first);
    const Entries = Array.from({ length: size }, (_, index) => ({
      Id: `${index}`,
      MessageBody: `${first + index}`,
    }));
    await service.client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  }
}

async function remaining(name = "jobs"): Promise<number> {
  const command = new GetQueueAttributesCommand({
    QueueUrl: service.queueUrl(name),
    AttributeNames: ["All"],
  });
  const { Attributes = {} } = await service.client.send(command);
  return (
    Number(Attributes.ApproximateNumberOfMessages) + Number(Attributes.ApproximateNumberOfMessagesNotVisible)
  );
}

const bodies = (event: SQSEvent) => event.Records.map((record) => record.body);
const empty = () => vi.waitFor(async () => expect(await remaining()).toBe(0));

/** An invocation that ends when told to. */
function gate(): { opened: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

describe("startEventSource", () => {
  it("invokes with records as Lambda builds them, and deletes what succeeded", async () => {
    const invoke = vi.fn<Invoke>(async () => undefined);
    start(invoke);
    const sent = await service.client.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: '{"replyId":"r1"}',
        MessageGroupId: "user-1",
        MessageAttributes: {
          kind: { DataType: "String", StringValue: "job" },
          raw: { DataType: "Binary", BinaryValue: Uint8Array.of(1, 2) },
        },
      }),
    );
    await vi.waitFor(() => expect(invoke).toHaveBeenCalledOnce());
    expect(invoke.mock.calls[0]?.[0]).toEqual({
      Records: [
        {
          messageId: sent.MessageId,
          receiptHandle: expect.any(String),
          body: '{"replyId":"r1"}',
          attributes: {
            ApproximateReceiveCount: "1",
            SentTimestamp: expect.stringMatching(/^\d{13}$/),
            SenderId: expect.any(String),
            ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
            MessageGroupId: "user-1",
          },
          messageAttributes: {
            kind: { stringValue: "job", stringListValues: [], binaryListValues: [], dataType: "String" },
            raw: { binaryValue: "AQI=", stringListValues: [], binaryListValues: [], dataType: "Binary" },
          },
          md5OfBody: sent.MD5OfMessageBody,
          md5OfMessageAttributes: sent.MD5OfMessageAttributes,
          eventSource: "aws:sqs",
          eventSourceARN: "arn:aws:sqs:us-east-1:000000000000:jobs",
          awsRegion: "us-east-1",
        },
      ],
    });
    await empty();
    expect(errors).toEqual([]);
  });

  it("invokes within milliseconds of a send", async () => {
    let invokedAt = 0;
    start(async () => {
      invokedAt = performance.now();
    });
    const latencies: number[] = [];
    for (let round = 0; round < 9; round += 1) {
      await empty();
      invokedAt = 0;
      const sentAt = performance.now();
      await send("a");
      await vi.waitFor(() => expect(invokedAt).toBeGreaterThan(0), { interval: 1 });
      latencies.push(invokedAt - sentAt);
    }
    expect(latencies.sort((one, other) => one - other)[4]).toBeLessThan(50);
  });

  it("uses all of the concurrency and no more", async () => {
    const { opened, open } = gate();
    let running = 0;
    let highest = 0;
    await sendMany(35);
    start(
      async () => {
        running += 1;
        highest = Math.max(highest, running);
        await opened;
        running -= 1;
      },
      { batchSize: 1, maximumConcurrency: 7 },
    );
    await vi.waitFor(() => expect(running).toBe(7));
    expect(await remaining()).toBe(35);
    open();
    await empty();
    expect(highest).toBe(7);
  });

  it("receives nothing that it could not run at once", async () => {
    const { opened, open } = gate();
    start(() => opened, { batchSize: 1, maximumConcurrency: 1 });
    await sendMany(2);
    const command = new GetQueueAttributesCommand({
      QueueUrl,
      AttributeNames: ["ApproximateNumberOfMessages"],
    });
    const waiting = async () => (await service.client.send(command)).Attributes?.ApproximateNumberOfMessages;
    await vi.waitFor(async () => expect(await waiting()).toBe("1"));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await waiting()).toBe("1");
    open();
    await empty();
  });

  it("brings failed items back after the visibility timeout, then gives them to the dead-letter queue", async () => {
    const received: string[][] = [];
    await sendMany(3);
    start(async (event) => {
      received.push(bodies(event));
      const poison = event.Records.filter((record) => record.body === "1");
      return { batchItemFailures: poison.map((record) => ({ itemIdentifier: record.messageId })) };
    });
    await vi.waitFor(async () => expect(await remaining("dead")).toBe(1), 5_000);
    expect(received).toEqual([["0", "1", "2"], ["1"]]);
    expect(await remaining()).toBe(0);
  });

  it.each<[string, Invoke]>([
    ["rejects", () => Promise.reject(new Error("out of memory"))],
    ["answers an empty id", async () => ({ batchItemFailures: [{ itemIdentifier: "" }] })],
    [
      "names a message that was not in the batch",
      async () => ({ batchItemFailures: [{ itemIdentifier: "x" }] }),
    ],
  ])("leaves the whole batch when the function %s, and says so", async (_, fail) => {
    let attempts = 0;
    await sendMany(2);
    start(async (event) => {
      attempts += 1;
      return attempts === 1 ? fail(event) : undefined;
    });
    await vi.waitFor(() => expect(errors).toHaveLength(1));
    expect(errors[0]?.message).toMatch(/^reply-worker: the (batch|invocation) failed: /);
    expect(await remaining()).toBe(2);
    await vi.waitFor(async () => expect(await remaining()).toBe(0), 3_000);
    expect(attempts).toBe(2);
  });

  it("fills a batch during the batching window", async () => {
    const received: string[][] = [];
    start(async (event) => void received.push(bodies(event)), { batchSize: 25, batchingWindowSeconds: 1 });
    await sendMany(15);
    await sendMany(10);
    await vi.waitFor(() => expect(received.flat()).toHaveLength(25), 3_000);
    expect(received).toHaveLength(1);
    await empty();
  });

  it("waits for the running batches when closed, and receives no more", async () => {
    const { opened, open } = gate();
    const invoke = vi.fn<Invoke>(() => opened);
    const running = start(invoke);
    await send("first");
    await vi.waitFor(() => expect(invoke).toHaveBeenCalledOnce());
    let isClosed = false;
    const closing = running.close().then(() => {
      isClosed = true;
    });
    await send("second");
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(isClosed).toBe(false);
    open();
    await closing;
    expect(invoke).toHaveBeenCalledOnce();
    expect(await remaining()).toBe(1);
    expect(errors).toEqual([]);
  });

  it("closes at once while idle", async () => {
    const idle = start(async () => undefined);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const startedAt = performance.now();
    await idle.close();
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  it("reports a queue out of reach, slower each time, and goes on", async () => {
    const queueUrl = `${service.endpoint}/000000000000/later`;
    const invoke = vi.fn<Invoke>(async () => undefined);
    start(invoke, { queueUrl });
    await vi.waitFor(() => expect(errors.length).toBeGreaterThan(1));
    expect(errors[0]?.message).toBe(
      "reply-worker: the queue could not be read: The specified queue does not exist.",
    );
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(errors.length).toBeLessThan(8);
  });

  it("refuses settings Lambda refuses", () => {
    expect(() => start(async () => undefined, { batchSize: 11 })).toThrow("batchSize must be a whole number");
    expect(() => start(async () => undefined, { maximumConcurrency: 0 })).toThrow(RangeError);
  });
});
