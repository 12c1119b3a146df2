import { CfnOutput, Fn, Stack, type StackProps, Token } from "aws-cdk-lib";
import { type CfnApi, WebSocketApi, WebSocketStage } from "aws-cdk-lib/aws-apigatewayv2";
import { WebSocketLambdaAuthorizer } from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import { WebSocketLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import type { IUserPool } from "aws-cdk-lib/aws-cognito";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import { acknowledge } from "../constructs/acknowledge.ts";
import { ResourceFunction } from "../constructs/resource-function.ts";
import type { Deployment, SecretAccess } from "../deployment.ts";
import { environmentOf } from "../environments.ts";

// API Gateway waits 29 s for a WebSocket integration.
const messageSeconds = 29;
const authorizerSeconds = 10;
const apiIdOutput = "ApiId";

export interface RealtimeStackProps extends Deployment, StackProps {
  readonly secrets: SecretAccess;
  readonly userPool: IUserPool;
  readonly clientId: string;
}

/** Push: the WebSocket API and its function. A stack of its own, because SAM cannot read a `$connect` route. */
export class RealtimeStack extends Stack {
  readonly websocket: ResourceFunction;
  private readonly stage: WebSocketStage;
  private readonly resource: CfnApi;

  constructor(scope: Construct, id: string, props: RealtimeStackProps) {
    super(scope, id, props);
    const { stage } = props;
    const api = new WebSocketApi(this, "Api", {
      apiName: `parley-${stage.name}-push`,
      routeSelectionExpression: "$request.body.action",
    });
    this.resource = api.node.findChild("Resource") as CfnApi;
    this.stage = this.addStage(api, props);
    this.websocket = new ResourceFunction(this, "Websocket", {
      ...props,
      functionName: "websocket",
      environment: environmentOf("websocket", {
        NEW_USER_TOKENS: stage.limits.newUserTokens?.toString(),
        MONTHLY_TOKENS: stage.limits.monthlyTokens?.toString(),
        API_RATE_PER_SECOND: stage.limits.requestsPerSecond?.toString(),
        WEBSOCKET_CALLBACK_URL: this.callbackUrl,
        CORS_ORIGINS: pagesOf(stage),
      }),
      memoryMegabytes: stage.memory.api,
      timeoutSeconds: messageSeconds,
    });
    this.addRoutes(api, this.authorizer(props));
    this.grantSend(this.websocket);
    new CfnOutput(this, "Url", { value: this.pushUrl });
    new CfnOutput(this, apiIdOutput, { value: this.resource.ref });
  }

  /** Where functions send to connections: their `WEBSOCKET_CALLBACK_URL`. */
  get callbackUrl(): string {
    return this.stage.callbackUrl;
  }

  /** Where clients connect. */
  get pushUrl(): string {
    return this.stage.url;
  }

  /** Lets a function send to connections, and close them. */
  grantSend({ lambda }: ResourceFunction): void {
    const stack = Stack.of(lambda);
    const apiId = stack === this ? this.resource.ref : Fn.getStackOutput(this.stackName, apiIdOutput);
    const connections = `${this.stage.stageName}/*/@connections/*`;
    lambda.addToRolePolicy(
      new PolicyStatement({
        actions: ["execute-api:ManageConnections"],
        resources: [stack.formatArn({ service: "execute-api", resource: apiId, resourceName: connections })],
      }),
    );
    if (lambda.role === undefined) return;
    const region = Token.isUnresolved(stack.region) ? "<AWS::Region>" : stack.region;
    const api =
      stack === this ? `<${this.getLogicalId(this.resource)}>` : JSON.stringify(stack.resolve(apiId));
    acknowledge(lambda.role, {
      [`IAM5[Resource::arn:<AWS::Partition>:execute-api:${region}:<AWS::AccountId>:${api}/${connections}]`]:
        "A connection has no name before it is opened: all of this API's are meant.",
    });
  }

  private addRoutes(api: WebSocketApi, authorizer: ResourceFunction): void {
    const integration = new WebSocketLambdaIntegration("Websocket", this.websocket.lambda);
    const guard = new WebSocketLambdaAuthorizer("Authorizer", authorizer.lambda, {
      // A browser cannot send headers with a WebSocket.
      identitySource: ["route.request.querystring.token"],
    });
    api.addRoute("$connect", { integration, authorizer: guard });
    const open = [
      api.addRoute("$disconnect", { integration }),
      api.addRoute("$default", { integration, returnResponse: true }),
    ];
    for (const route of open) {
      acknowledge(route, {
        APIG4:
          "Only an authorized connection has messages; API Gateway allows an authorizer on $connect alone.",
      });
    }
  }

  private addStage(api: WebSocketApi, { stage }: RealtimeStackProps): WebSocketStage {
    const deployed = new WebSocketStage(this, "Stage", {
      webSocketApi: api,
      stageName: stage.name,
      autoDeploy: true,
      throttle: { rateLimit: stage.throttle.requestsPerSecond, burstLimit: stage.throttle.burst },
    });
    acknowledge(deployed, {
      APIG1:
        "It would need a role that an account has once for all its APIs; function and authorizer log the same.",
    });
    return deployed;
  }

  private authorizer({ secrets: _, ...props }: RealtimeStackProps): ResourceFunction {
    return new ResourceFunction(this, "Authorizer", {
      ...props,
      functionName: "authorizer",
      logName: "websocket-authorizer",
      environment: environmentOf("authorizer", {
        USER_POOL_ID: props.userPool.userPoolId,
        USER_POOL_CLIENT_ID: props.clientId,
      }),
      memoryMegabytes: props.stage.memory.authorizer,
      timeoutSeconds: authorizerSeconds,
    });
  }
}

/** The web pages that may connect with a key or a token; one that asks for a ticket need not be among them. */
function pagesOf({ corsOrigins, domain }: Deployment["stage"]): string | undefined {
  const own = domain === undefined ? [] : [`https://${domain.name}`];
  return [...corsOrigins, ...own].join(",") || undefined;
}
