import { cors, type GatewayRoute } from "@parley/contract/gateway";
import type { FunctionName } from "@parley/contract/route";
import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import {
  CorsHttpMethod,
  DomainName,
  HttpApi,
  HttpMethod,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  LogGroupLogDestination,
} from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaAuthorizer, HttpLambdaResponseType } from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { Certificate } from "aws-cdk-lib/aws-certificatemanager";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import type { Stage as StageSettings } from "../stages.ts";
import { acknowledge } from "./acknowledge.ts";
import type { ResourceFunction } from "./resource-function.ts";

const authorizerCacheSeconds = 60;

export interface HttpGatewayProps {
  readonly stage: StageSettings;
  readonly routes: readonly GatewayRoute[];
  readonly functions: ReadonlyMap<FunctionName, ResourceFunction>;
  /** Answers what no route matches. */
  readonly fallback: FunctionName;
  readonly authorizer: ResourceFunction;
}

/** API Gateway's HTTP API with the contract's routes. */
export class HttpGateway extends Construct {
  readonly api: HttpApi;
  readonly url: string;
  /** What the custom domain's DNS record points to. */
  readonly domainTarget: string | undefined;
  private readonly integrations = new Map<FunctionName, HttpLambdaIntegration>();

  constructor(scope: Construct, id: string, props: HttpGatewayProps) {
    super(scope, id);
    const { stage } = props;
    this.api = new HttpApi(this, "Api", {
      apiName: `parley-${stage.name}`,
      createDefaultStage: false,
      disableExecuteApiEndpoint: stage.domain !== undefined,
      ...(stage.corsOrigins.length > 0 && { corsPreflight: corsOf(stage.corsOrigins) }),
    });
    this.addRoutes(props);
    const domain = this.customDomain(stage);
    this.domainTarget = domain?.regionalDomainName;
    this.addStage(stage, domain);
    this.url = stage.domain === undefined ? this.api.apiEndpoint : `https://${stage.domain.name}`;
  }

  private addRoutes({ routes, functions, fallback, authorizer }: HttpGatewayProps): void {
    const guard = new HttpLambdaAuthorizer("Authorizer", authorizer.lambda, {
      identitySource: ["$request.header.Authorization"],
      responseTypes: [HttpLambdaResponseType.SIMPLE],
      resultsCacheTtl: Duration.seconds(authorizerCacheSeconds),
    });
    for (const route of routes) {
      const made = new HttpRoute(this, `${route.method} ${route.path}`, {
        httpApi: this.api,
        routeKey: HttpRouteKey.with(route.path, HttpMethod[route.method]),
        integration: this.integration(functions, route.function),
        ...(route.auth === "user" && { authorizer: guard }),
      });
      const reason = "The contract makes this route public: signing in, health and the like.";
      if (route.auth === "none") acknowledge(made, { APIG4: reason });
    }
    const rest = new HttpRoute(this, "Default", {
      httpApi: this.api,
      routeKey: HttpRouteKey.DEFAULT,
      integration: this.integration(functions, fallback),
    });
    acknowledge(rest, { APIG4: "It only says which routes there are." });
  }

  private integration(
    functions: ReadonlyMap<FunctionName, ResourceFunction>,
    name: FunctionName,
  ): HttpLambdaIntegration {
    const target = functions.get(name);
    if (target === undefined) throw new Error(`A route names the function ${name}, which is not deployed.`);
    // One permission for all routes of a function: one each would outgrow the 20 KB of its policy.
    const integration =
      this.integrations.get(name) ??
      new HttpLambdaIntegration(name, target.lambda, { scopePermissionToRoute: false });
    this.integrations.set(name, integration);
    return integration;
  }

  private addStage(stage: StageSettings, domainName: DomainName | undefined): void {
    const log = new LogGroup(this, "AccessLog", {
      logGroupName: `/parley/${stage.name}/access`,
      retention: stage.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new HttpStage(this, "Stage", {
      httpApi: this.api,
      stageName: "$default",
      autoDeploy: true,
      throttle: { rateLimit: stage.throttle.requestsPerSecond, burstLimit: stage.throttle.burst },
      accessLogSettings: { destination: new LogGroupLogDestination(log), format: accessLogFormat() },
      ...(domainName && { domainMapping: { domainName } }),
    });
  }

  private customDomain({ domain }: StageSettings): DomainName | undefined {
    if (domain === undefined) return undefined;
    return new DomainName(this, "Domain", {
      domainName: domain.name,
      certificate: Certificate.fromCertificateArn(this, "Certificate", domain.certificateArn),
    });
  }
}

function corsOf(allowOrigins: string[]) {
  return {
    allowOrigins,
    allowMethods: cors.allowMethods.map((method) => CorsHttpMethod[method]),
    allowHeaders: [...cors.allowHeaders],
    exposeHeaders: [...cors.exposeHeaders],
    maxAge: Duration.minutes(10),
  };
}

/** The route and not the path: ids and search words are nobody's business. */
function accessLogFormat(): AccessLogFormat {
  return AccessLogFormat.custom(
    JSON.stringify({
      requestId: "$context.requestId",
      time: "$context.requestTime",
      sourceIp: "$context.identity.sourceIp",
      route: "$context.routeKey",
      status: "$context.status",
      latencyMs: "$context.responseLatency",
      bytes: "$context.responseLength",
      error: "$context.error.message",
      authorizerError: "$context.authorizer.error",
      integrationError: "$context.integrationErrorMessage",
    }),
  );
}
