import { gatewayRoutes } from "@parley/contract/gateway";
import type { FunctionName } from "@parley/contract/route";
import { allRoutes } from "@parley/contract/routes/all";
import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import type { IUserPool } from "aws-cdk-lib/aws-cognito";
import type { Construct } from "constructs";
import { apiEnvironments } from "../api-environments.ts";
import { HttpGateway } from "../constructs/http-gateway.ts";
import type { JobQueue } from "../constructs/job-queue.ts";
import { ResourceFunction } from "../constructs/resource-function.ts";
import type { SignInVariable } from "../constructs/sign-in.ts";
import type { Deployment, SecretAccess } from "../deployment.ts";
import { environmentOf } from "../environments.ts";
import type { RealtimeStack } from "./realtime-stack.ts";

// API Gateway gives up after 30 s; a function that ends before it can still say why.
const routeSeconds = 29;
const authorizerSeconds = 10;
/** They only serve files. */
const withoutSecrets = new Set<FunctionName>(["console", "docs"]);

export interface ApiStackProps extends Deployment, StackProps {
  readonly secrets: SecretAccess;
  readonly userPool: IUserPool;
  readonly clientId: string;
  readonly signInVariables: Record<SignInVariable, string | undefined>;
  readonly queue: JobQueue;
  readonly embeddingQueue: JobQueue | undefined;
  readonly realtime: RealtimeStack;
}

/** The HTTP API: a function for each resource of the contract, behind one gateway with one authorizer. */
export class ApiStack extends Stack {
  readonly gateway: HttpGateway;
  readonly functions: ReadonlyMap<FunctionName, ResourceFunction>;

  constructor(scope: Construct, id: string, props: ApiStackProps) {
    super(scope, id, props);
    const { stage, queue, embeddingQueue, realtime } = props;
    const { secrets: _, ...withoutSecret } = props;
    const environments = apiEnvironments(stage, {
      queueUrl: queue.jobs.queueUrl,
      userPoolId: props.userPool.userPoolId,
      clientId: props.clientId,
      signIn: props.signInVariables,
      callbackUrl: realtime.callbackUrl,
      pushUrl: realtime.pushUrl,
      embeddingQueueUrl: embeddingQueue?.jobs.queueUrl,
    });
    this.functions = new Map(
      (Object.keys(environments) as FunctionName[]).map((functionName) => [
        functionName,
        new ResourceFunction(this, constructId(functionName), {
          ...(withoutSecrets.has(functionName) ? withoutSecret : props),
          functionName,
          environment: environments[functionName],
          memoryMegabytes: stage.memory.api,
          timeoutSeconds: routeSeconds,
        }),
      ]),
    );
    for (const [name, resource] of this.functions) {
      // Metrics only look how much there is to do.
      if (name === "ops") queue.jobs.grant(resource.lambda, "sqs:GetQueueAttributes");
      else if ("QUEUE_URL" in environments[name]) queue.jobs.grantSendMessages(resource.lambda);
      if (name === "auth") props.userPool.grant(resource.lambda, "cognito-idp:AdminUserGlobalSignOut");
      if (name === "admin") props.userPool.grant(resource.lambda, "cognito-idp:ListUsers");
      if (name === "account" || name === "admin")
        props.userPool.grant(resource.lambda, "cognito-idp:AdminDeleteUser");
      if ("EMBEDDING_QUEUE_URL" in environments[name])
        embeddingQueue?.jobs.grantSendMessages(resource.lambda);
      if ("WEBSOCKET_CALLBACK_URL" in environments[name]) realtime.grantSend(resource);
    }
    this.gateway = new HttpGateway(this, "Gateway", {
      stage,
      routes: gatewayRoutes(allRoutes),
      functions: this.functions,
      fallback: "ops",
      authorizer: this.authorizer(props),
    });
    new CfnOutput(this, "Url", { value: this.gateway.url });
    if (this.gateway.domainTarget !== undefined) {
      new CfnOutput(this, "DomainTarget", { value: this.gateway.domainTarget });
    }
  }

  private authorizer({ secrets: _, ...props }: ApiStackProps): ResourceFunction {
    return new ResourceFunction(this, "Authorizer", {
      ...props,
      functionName: "authorizer",
      environment: environmentOf("authorizer", {
        USER_POOL_ID: props.userPool.userPoolId,
        USER_POOL_CLIENT_ID: props.clientId,
      }),
      memoryMegabytes: props.stage.memory.authorizer,
      timeoutSeconds: authorizerSeconds,
    });
  }
}

/** `system-prompts` is `SystemPrompts`. */
function constructId(functionName: string): string {
  return functionName.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
