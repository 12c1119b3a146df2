import { type App, Tags, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import type { Deployment } from "./deployment.ts";
import { ApiStack } from "./stacks/api-stack.ts";
import { AuthStack } from "./stacks/auth-stack.ts";
import { DatabaseStack } from "./stacks/database-stack.ts";
import { ObservabilityStack } from "./stacks/observability-stack.ts";
import { RealtimeStack } from "./stacks/realtime-stack.ts";
import { RepliesStack } from "./stacks/replies-stack.ts";

/** Adds the stacks of one stage, each checked against cdk-nag's AwsSolutions. */
export function addStacks(app: App, deployment: Deployment): void {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const { stage } = deployment;
  const settings = {
    ...deployment,
    ...(stage.region !== undefined && { env: { region: stage.region } }),
    terminationProtection: stage.keepsData,
  };
  const id = (name: string) => `Parley-${stage.name}-${name}`;

  const database = new DatabaseStack(app, id("Database"), settings);
  const { secrets } = database;
  const auth = new AuthStack(app, id("Auth"), { ...settings, secrets });
  const { userPool, clientId, signInVariables } = auth;
  const realtime = new RealtimeStack(app, id("Realtime"), { ...settings, secrets, userPool, clientId });
  const replies = new RepliesStack(app, id("Replies"), { ...settings, secrets, realtime, userPool });
  const { queue, embeddingQueue, worker } = replies;
  const api = new ApiStack(app, id("Api"), {
    ...settings,
    secrets,
    queue,
    embeddingQueue,
    realtime,
    userPool,
    clientId,
    signInVariables,
  });
  // Its migrations run before any new code serves.
  for (const stack of [auth, realtime, replies, api]) stack.addStackDependency(database);
  const { gateway, functions } = api;
  new ObservabilityStack(app, id("Observability"), { ...settings, gateway, functions, queue, worker });
  Tags.of(app).add("parley:stage", stage.name, { excludeResourceTypes: ["AWS::CloudWatch::Dashboard"] });
}
