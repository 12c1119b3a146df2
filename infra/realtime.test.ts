import { beforeAll, describe, expect, test } from "vitest";
import { resolveStage } from "./stages.ts";
import { type Synthesis, synthesise } from "./testing/synthesise.ts";

type Resource = Synthesis["resources"][number];

describe.each(["dev", "prod"])("the WebSocket API of %s", (stageName) => {
  const stage = resolveStage(stageName);
  let made: Synthesis;
  let own: Resource[];
  beforeAll(async () => {
    made = await synthesise(stageName);
    own = made.resources.filter(({ stack }) => stack === "Realtime");
  });

  const ofType = (type: string) => own.filter(({ Type }) => Type === type);
  const only = (type: string) => {
    const found = ofType(type);
    expect(found).toHaveLength(1);
    return found[0]?.Properties ?? {};
  };
  /** The logical id of the function with that description. */
  const functionId = (name: string) =>
    ofType("AWS::Lambda::Function").find(
      ({ Properties }) => Properties.Description === `Parley ${stageName}: ${name}`,
    )?.id ?? "";

  test("has the three routes that the function tells apart, and the authorizer on $connect alone", () => {
    expect(only("AWS::ApiGatewayV2::Api")).toMatchObject({
      ProtocolType: "WEBSOCKET",
      RouteSelectionExpression: "$request.body.action",
    });
    const routes = ofType("AWS::ApiGatewayV2::Route").map(({ Properties }) => Properties);
    const kindOf = (key: string) => routes.find(({ RouteKey }) => RouteKey === key);
    expect(routes.map(({ RouteKey }) => RouteKey).toSorted()).toEqual([
      "$connect",
      "$default",
      "$disconnect",
    ]);
    expect(kindOf("$connect")).toMatchObject({
      AuthorizationType: "CUSTOM",
      AuthorizerId: expect.anything(),
    });
    for (const key of ["$default", "$disconnect"]) {
      expect(kindOf(key)?.AuthorizationType ?? "NONE").toBe("NONE");
    }
    // Without it nothing that the function answers reaches the client.
    expect(kindOf("$default")).toMatchObject({ RouteResponseSelectionExpression: "$default" });
    expect(only("AWS::ApiGatewayV2::RouteResponse")).toMatchObject({ RouteResponseKey: "$default" });
  });

  test("asks the authorizer about the query's token", () => {
    const authorizer = only("AWS::ApiGatewayV2::Authorizer");
    expect(authorizer).toMatchObject({
      AuthorizerType: "REQUEST",
      IdentitySource: ["route.request.querystring.token"],
    });
    expect(JSON.stringify(authorizer.AuthorizerUri)).toContain(`"${functionId("authorizer")}"`);
    const { Environment } = ofType("AWS::Lambda::Function").find(({ id }) => id === functionId("authorizer"))
      ?.Properties ?? { Environment: undefined };
    expect(JSON.stringify(Environment)).not.toMatch(/SECRET_ID|DATABASE/);
  });

  test("hands every route to the function, which API Gateway alone may call", () => {
    const integrations = ofType("AWS::ApiGatewayV2::Integration");
    const target = functionId("websocket");
    for (const { Properties } of ofType("AWS::ApiGatewayV2::Route")) {
      const integration = integrations.find(({ id }) =>
        JSON.stringify(Properties.Target).includes(`"${id}"`),
      );
      expect(integration?.Properties).toMatchObject({ IntegrationType: "AWS_PROXY" });
      expect(JSON.stringify(integration?.Properties.IntegrationUri)).toContain(`"${target}"`);
    }
    const permissions = ofType("AWS::Lambda::Permission").map(({ Properties }) => Properties);
    expect(permissions.length).toBeGreaterThanOrEqual(4);
    for (const permission of permissions) {
      expect(permission).toMatchObject({
        Principal: "apigateway.amazonaws.com",
        Action: "lambda:InvokeFunction",
        SourceArn: expect.anything(),
      });
    }
  });

  test("has one stage, throttled, which needs nothing of the account: no log, since a log needs its CloudWatch role", () => {
    const deployed = only("AWS::ApiGatewayV2::Stage");
    expect(deployed).toMatchObject({
      StageName: stageName,
      AutoDeploy: true,
      DefaultRouteSettings: {
        ThrottlingRateLimit: stage.throttle.requestsPerSecond,
        ThrottlingBurstLimit: stage.throttle.burst,
      },
    });
    expect(deployed).not.toHaveProperty("AccessLogSettings");
    // Execution logs need the role too, and would hold the query with its token.
    expect(deployed.DefaultRouteSettings).not.toHaveProperty("LoggingLevel");
    expect(deployed.DefaultRouteSettings).not.toHaveProperty("DataTraceEnabled");
    expect(made.ofType("AWS::ApiGateway::Account")).toEqual([]);
  });

  test("lets those who push manage its own connections, and nobody anything else of it", () => {
    const statements = made.ofType("AWS::IAM::Policy").flatMap(({ id, stack, Properties }) => {
      const { PolicyDocument } = Properties as { PolicyDocument: { Statement: Statement[] } };
      return PolicyDocument.Statement.map((statement) => ({ ...statement, holder: `${stack} ${id}` }));
    });
    const pushing = statements.filter(({ Action }) => JSON.stringify(Action).includes("execute-api"));
    const holders = pushing.map(({ holder }) => holder.replace(/Role.*/, "").toLowerCase());
    expect(holders.toSorted()).toEqual([
      "api account",
      "api admin",
      "api apikeys",
      "api conversations",
      "api messages",
      "api replies",
      "realtime websocket",
      "replies deadletter",
      "replies replysweeper",
      "replies replyworker",
    ]);
    for (const { Action, Effect, Resource } of pushing) {
      expect([Action, Effect]).toEqual(["execute-api:ManageConnections", "Allow"]);
      // This API, this stage, and of it the connections alone.
      const arn = JSON.stringify(Resource);
      expect(arn).toContain(`/${stageName}/*/@connections/*`);
      expect(arn).toMatch(/"Fn::GetStackOutput"|"Ref":"Api/);
      expect(arn).not.toMatch(/execute-api:\*|"\*"/);
    }
    const actions = own.flatMap(
      ({ Properties }) => JSON.stringify(Properties).match(/"Action":("[^"]*"|\[[^\]]*\])/g) ?? [],
    );
    expect(actions.join()).not.toContain("*");
  });

  test("tells who pushes where", () => {
    for (const { Properties } of made.ofType("AWS::Lambda::Function")) {
      const variables = JSON.stringify(Properties.Environment ?? {});
      if (!variables.includes("WEBSOCKET_CALLBACK_URL")) continue;
      expect(variables).toMatch(new RegExp(`"https://".*execute-api.*/${stageName}"`));
    }
  });
});

interface Statement {
  Action: string | string[];
  Effect: string;
  Resource: unknown;
}
