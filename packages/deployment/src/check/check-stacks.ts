import {
  type CloudFormationClient,
  paginateListStackResources,
  type StackResourceSummary,
} from "@aws-sdk/client-cloudformation";
import { type CloudWatchLogsClient, paginateDescribeLogGroups } from "@aws-sdk/client-cloudwatch-logs";
import { paginateListSubscriptionsByTopic, type SNSClient, type Subscription } from "@aws-sdk/client-sns";
import { idleBill } from "./idle-bill.ts";
import { failed, ok, type Step, toDo } from "./step.ts";

export interface CheckClients {
  readonly stacks: CloudFormationClient;
  readonly logs: CloudWatchLogsClient;
  readonly topics: SNSClient;
}

/** The stacks of a stage, as infra/add-stacks.ts names them, in the order in which they are deployed. */
export const stackNames = ["Database", "Auth", "Realtime", "Replies", "Api", "Observability"];

async function resourcesOf(client: CloudFormationClient, stage: string): Promise<StackResourceSummary[]> {
  const found: StackResourceSummary[] = [];
  for (const name of stackNames) {
    const pages = paginateListStackResources({ client }, { StackName: `Parley-${stage}-${name}` });
    for await (const { StackResourceSummaries = [] } of pages) found.push(...StackResourceSummaries);
  }
  return found;
}

function checkAlarms(client: SNSClient, resources: () => Promise<StackResourceSummary[]>): Step {
  return {
    name: "alarms",
    run: async () => {
      const topic = (await resources()).find(({ ResourceType }) => ResourceType === "AWS::SNS::Topic");
      if (topic?.PhysicalResourceId === undefined)
        return toDo("nobody is told of them: export ALARM_EMAIL and deploy again");
      const subscriptions: Subscription[] = [];
      for await (const { Subscriptions = [] } of paginateListSubscriptionsByTopic(
        { client },
        { TopicArn: topic.PhysicalResourceId },
      ))
        subscriptions.push(...Subscriptions);
      const waiting = subscriptions.filter(({ SubscriptionArn = "" }) => !SubscriptionArn.startsWith("arn:"));
      if (subscriptions.length === 0) return toDo("nobody is told of them: deploy again with ALARM_EMAIL");
      const names = (some: typeof subscriptions) => some.map(({ Endpoint }) => Endpoint).join(", ");
      return waiting.length === 0
        ? ok(`go to ${names(subscriptions)}`)
        : toDo(`${names(waiting)} has not confirmed AWS's first message, and is told nothing until then`);
    },
  };
}

function checkLogGroups(client: CloudWatchLogsClient, stage: string): Step {
  return {
    name: "log groups",
    run: async () => {
      const groups = [];
      for (const logGroupNamePrefix of [`/parley/${stage}/`, `/aws/lambda/Parley-${stage}-`])
        for await (const { logGroups = [] } of paginateDescribeLogGroups({ client }, { logGroupNamePrefix }))
          groups.push(...logGroups);
      const endless = groups.filter(({ retentionInDays }) => retentionInDays === undefined);
      if (groups.length === 0) return failed(`There is none below /parley/${stage}/.`);
      if (endless.length > 0)
        return failed(`${endless.map(({ logGroupName }) => logGroupName).join(", ")} never forgets.`);
      const days = Math.max(...groups.map(({ retentionInDays = 0 }) => retentionInDays));
      return ok(`${groups.length}, each of which forgets after ${days} days at most`);
    },
  };
}

function checkIdleBill(resources: () => Promise<StackResourceSummary[]>): Step {
  return {
    name: "idle bill",
    run: async () => {
      const types = (await resources()).map(({ ResourceType = "" }) => ResourceType);
      // The stage's own secret is in no stack.
      const { dollars, unpriced } = idleBill([...types, "AWS::SecretsManager::Secret"]);
      const sum = `$${dollars.toFixed(2)} a month at us-east-1's prices while nobody talks`;
      return unpriced.length === 0 ? ok(sum) : toDo(`${sum}, and besides ${unpriced.join(", ")}`);
    },
  };
}

/** What only a deployment on AWS has. */
export function checkStacks(clients: CheckClients, stage: string): Step[] {
  let known: Promise<StackResourceSummary[]> | undefined;
  const resources = () => {
    known ??= resourcesOf(clients.stacks, stage);
    return known;
  };
  return [
    checkAlarms(clients.topics, resources),
    checkLogGroups(clients.logs, stage),
    checkIdleBill(resources),
  ];
}
