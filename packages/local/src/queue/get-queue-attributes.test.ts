import * as sqs from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, expect, it } from "vitest";
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

const send = (MessageBody: string, DelaySeconds?: number) =>
  service.client.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody, DelaySeconds }));

it("tells how many messages are where", async () => {
  for (const delay of [0, 0, 60]) await send("x", delay);
  await service.client.send(new sqs.ReceiveMessageCommand({ QueueUrl }));
  expect(await attributes("All")).toEqual({
    QueueArn: "arn:aws:sqs:us-east-1:000000000000:jobs",
    VisibilityTimeout: "30",
    ApproximateNumberOfMessages: "1",
    ApproximateNumberOfMessagesNotVisible: "1",
    ApproximateNumberOfMessagesDelayed: "1",
  });
  expect(await attributes("VisibilityTimeout")).toEqual({ VisibilityTimeout: "30" });
  expect(await attributes()).toEqual({});
  await expect(attributes("FifoQueue")).rejects.toMatchObject({ name: "InvalidAttributeName" });
});

it("answers under any host name, as the path decides", async () => {
  const elsewhere = QueueUrl.replace("127.0.0.1", "localhost");
  await service.client.send(new sqs.SendMessageCommand({ QueueUrl: elsewhere, MessageBody: "a" }));
  expect(await attributes("ApproximateNumberOfMessages")).toEqual({ ApproximateNumberOfMessages: "1" });
});
