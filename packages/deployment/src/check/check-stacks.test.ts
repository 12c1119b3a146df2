import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { SNSClient } from "@aws-sdk/client-sns";
import { expect, test } from "vitest";
import { checkStacks } from "./check-stacks.ts";
import { runSteps } from "./step.ts";

interface Deployed {
  resources?: { ResourceType: string; PhysicalResourceId?: string }[];
  subscriptions?: { SubscriptionArn: string; Endpoint: string }[];
  groups?: { logGroupName: string; retentionInDays?: number }[];
}

type Command = { constructor: { name: string }; input: Record<string, unknown> };

/** AWS as it answers of a deployment, each list in pages of one. */
function clientsOf({ resources = [], subscriptions = [], groups = [] }: Deployed) {
  const page = <T>(all: readonly T[], token: unknown) => {
    const place = Number(token ?? 0);
    return {
      items: all.slice(place, place + 1),
      next: place + 1 < all.length ? String(place + 1) : undefined,
    };
  };
  const send = async ({ constructor: { name }, input }: Command) => {
    if (name === "ListStackResourcesCommand") {
      const isFirst = input.StackName === "Parley-dev-Database";
      const { items, next } = page(isFirst ? resources : [], input.NextToken);
      return { StackResourceSummaries: items, NextToken: next };
    }
    if (name === "ListSubscriptionsByTopicCommand") {
      const { items, next } = page(subscriptions, input.NextToken);
      return { Subscriptions: items, NextToken: next };
    }
    const prefix = String(input.logGroupNamePrefix);
    const { items, next } = page(
      groups.filter(({ logGroupName }) => logGroupName.startsWith(prefix)),
      input.nextToken,
    );
    return { logGroups: items, nextToken: next };
  };
  const region = "us-east-1";
  return {
    stacks: Object.assign(new CloudFormationClient({ region }), { send }),
    logs: Object.assign(new CloudWatchLogsClient({ region }), { send }),
    topics: Object.assign(new SNSClient({ region }), { send }),
  };
}

async function check(deployed: Deployed) {
  const lines: string[] = [];
  const steps = checkStacks(clientsOf(deployed), "dev");
  const failures = await runSteps(steps, (line) => lines.push(line.replace(/ +/g, " ")), String);
  return { failures, lines };
}

const topic = { ResourceType: "AWS::SNS::Topic", PhysicalResourceId: "arn:aws:sns:us-east-1:1:Alarms" };
const source = { ResourceType: "AWS::Lambda::EventSourceMapping" };

test("a deployment in order", async () => {
  const { failures, lines } = await check({
    resources: [topic, source, source, { ResourceType: "AWS::CloudWatch::Alarm" }],
    subscriptions: [{ SubscriptionArn: "arn:aws:sns:us-east-1:1:Alarms:2", Endpoint: "ada@example.com" }],
    groups: [
      { logGroupName: "/parley/dev/ops", retentionInDays: 7 },
      { logGroupName: "/parley/dev/messages", retentionInDays: 14 },
      { logGroupName: "/parley/prod/messages" },
    ],
  });
  expect(failures).toBe(0);
  expect(lines).toEqual([
    "ok alarms go to ada@example.com",
    "ok log groups 2, each of which forgets after 14 days at most",
    "ok idle bill $0.53 a month at us-east-1's prices while nobody talks",
  ]);
});

test("what somebody should do, and what has failed", async () => {
  const { failures, lines } = await check({
    resources: [topic, { ResourceType: "AWS::EC2::NatGateway" }],
    subscriptions: [
      { SubscriptionArn: "arn:aws:sns:us-east-1:1:Alarms:2", Endpoint: "ada@example.com" },
      { SubscriptionArn: "PendingConfirmation", Endpoint: "bob@example.com" },
    ],
    groups: [
      { logGroupName: "/parley/dev/ops", retentionInDays: 7 },
      { logGroupName: "/aws/lambda/Parley-dev-Database-Trigger" },
    ],
  });
  expect(failures).toBe(1);
  expect(lines).toEqual([
    "to do alarms bob@example.com has not confirmed AWS's first message, and is told nothing until then",
    "FAILED log groups /aws/lambda/Parley-dev-Database-Trigger never forgets.",
    "to do idle bill $0.40 a month at us-east-1's prices while nobody talks, and besides AWS::EC2::NatGateway",
  ]);
});

test("alarms of which nobody is told are something to do, and no log group at all is a failure", async () => {
  const { failures, lines } = await check({});
  expect(failures).toBe(1);
  expect(lines[0]).toBe("to do alarms nobody is told of them: export ALARM_EMAIL and deploy again");
  expect(lines[1]).toBe("FAILED log groups There is none below /parley/dev/.");
});
