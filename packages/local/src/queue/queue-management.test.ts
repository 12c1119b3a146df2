import * as sqs from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startTestService, type TestService } from "./queue-service.fixture.ts";

let service: TestService;
let QueueUrl: string;

beforeEach(async () => {
  service = await startTestService([{ name: "jobs", visibilityTimeoutSeconds: 30 }]);
  QueueUrl = service.queueUrl("jobs");
});

afterEach(() => service.stop());

async function attributes(...AttributeNames: sqs.QueueAttributeName[]): Promise<Record<string, string>> {
  const result = await service.client.send(new sqs.GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
  return result.Attributes ?? {};
}

const set = (Attributes: Record<string, string>) =>
  service.client.send(new sqs.SetQueueAttributesCommand({ QueueUrl, Attributes }));
const send = (MessageBody: string, DelaySeconds?: number) =>
  service.client.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody, DelaySeconds }));
const create = (QueueName: string, Attributes?: Record<string, string>) =>
  service.client.send(new sqs.CreateQueueCommand({ QueueName, Attributes }));

describe("queue attributes", () => {
  it("tells the settings and how many messages are where", async () => {
    for (const delay of [0, 0, 60]) await send("x", delay);
    await service.client.send(new sqs.ReceiveMessageCommand({ QueueUrl }));
    expect(await attributes("All")).toMatchObject({
      QueueArn: "arn:aws:sqs:us-east-1:000000000000:jobs",
      VisibilityTimeout: "30",
      ApproximateNumberOfMessages: "1",
      ApproximateNumberOfMessagesNotVisible: "1",
      ApproximateNumberOfMessagesDelayed: "1",
      MaximumMessageSize: "1048576",
    });
    expect(await attributes("VisibilityTimeout")).toEqual({ VisibilityTimeout: "30" });
    expect(await attributes()).toEqual({});
  });

  it("changes settings, and they take effect", async () => {
    await set({ DelaySeconds: "60", VisibilityTimeout: "0", MaximumMessageSize: "1024" });
    await send("delayed by default");
    expect(await attributes("ApproximateNumberOfMessagesDelayed")).toEqual({
      ApproximateNumberOfMessagesDelayed: "1",
    });
    await expect(send("x".repeat(1025))).rejects.toThrow("shorter than 1024 bytes");
    service.advance(60);
    for (let receive = 0; receive < 2; receive += 1) {
      expect((await service.client.send(new sqs.ReceiveMessageCommand({ QueueUrl }))).Messages).toHaveLength(
        1,
      );
    }
  });

  it("attaches and detaches a dead-letter queue", async () => {
    const target = "arn:aws:sqs:us-east-1:000000000000:dead";
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: target, maxReceiveCount: 3 });
    await expect(set({ RedrivePolicy })).rejects.toThrow("Dead letter target does not exist");
    await create("dead");
    await set({ RedrivePolicy });
    expect(await attributes("RedrivePolicy")).toEqual({ RedrivePolicy });
    await set({ RedrivePolicy: "" });
    expect(await attributes("RedrivePolicy")).toEqual({});
  });

  it.each([
    [{ VisibilityTimeout: "43201" }, "InvalidAttributeValue"],
    [{ DelaySeconds: "soon" }, "InvalidAttributeValue"],
    [{ RedrivePolicy: "{}" }, "InvalidAttributeValue"],
    [{ FifoQueue: "true" }, "InvalidAttributeName"],
  ])("refuses %j", async (given, name) => {
    await expect(set(given)).rejects.toMatchObject({ name });
  });
});

describe("queues", () => {
  it("creates, finds, lists and deletes", async () => {
    const { QueueUrl: made } = await create("other", { VisibilityTimeout: "5" });
    const found = await service.client.send(new sqs.GetQueueUrlCommand({ QueueName: "other" }));
    expect(found.QueueUrl).toBe(made);
    expect((await create("other", { VisibilityTimeout: "5" })).QueueUrl).toBe(made);
    await expect(create("other")).rejects.toBeInstanceOf(sqs.QueueNameExists);

    const list = (input: sqs.ListQueuesCommandInput) => service.client.send(new sqs.ListQueuesCommand(input));
    expect((await list({})).QueueUrls).toEqual([QueueUrl, made]);
    expect((await list({ QueueNamePrefix: "o" })).QueueUrls).toEqual([made]);
    const page = await list({ MaxResults: 1 });
    expect(page.QueueUrls).toEqual([QueueUrl]);
    const { QueueUrls: rest, NextToken } = await list({ MaxResults: 1, NextToken: page.NextToken });
    expect([rest, NextToken]).toEqual([[made], undefined]);

    await service.client.send(new sqs.DeleteQueueCommand({ QueueUrl: made }));
    const gone = service.client.send(new sqs.GetQueueUrlCommand({ QueueName: "other" }));
    await expect(gone).rejects.toBeInstanceOf(sqs.QueueDoesNotExist);
    await expect(create("other")).rejects.toBeInstanceOf(sqs.QueueDeletedRecently);
    service.advance(60);
    expect((await create("other")).QueueUrl).toBe(made);
  });

  it("answers under any host name, as the path decides", async () => {
    const elsewhere = QueueUrl.replace("127.0.0.1", "localhost");
    await service.client.send(new sqs.SendMessageCommand({ QueueUrl: elsewhere, MessageBody: "a" }));
    expect(await attributes("ApproximateNumberOfMessages")).toEqual({ ApproximateNumberOfMessages: "1" });
  });

  it("purges once a minute", async () => {
    await send("a");
    const purge = () => service.client.send(new sqs.PurgeQueueCommand({ QueueUrl }));
    await purge();
    expect(await attributes("ApproximateNumberOfMessages")).toEqual({ ApproximateNumberOfMessages: "0" });
    await expect(purge()).rejects.toBeInstanceOf(sqs.PurgeQueueInProgress);
    service.advance(60);
    await purge();
  });
});
