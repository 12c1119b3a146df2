import { type Route, routeKey } from "@parley/contract/route";
import { allRoutes } from "@parley/contract/routes/all";
import { examples } from "@parley/openapi/examples";

const sampleId = "tz4a98xxat96iws9zmbrgj3a";
const accountId = "000000000000";
const time = new Date("2026-11-21T09:30:00.000Z");

/** A request as API Gateway and SAM hand it over: SAM keeps the capitals of header names. */
function requestEvent(route: Route, body: unknown) {
  const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  const rawPath = route.path.replaceAll(/\{\w+\}/g, sampleId);
  return {
    version: "2.0",
    routeKey: routeKey(route),
    rawPath,
    rawQueryString: "",
    headers: {
      Host: "127.0.0.1:3010",
      Authorization: "Bearer paste-an-access-token",
      ...(body !== undefined && { "Content-Type": "application/json" }),
    },
    ...(names.length > 0 && { pathParameters: Object.fromEntries(names.map((name) => [name, sampleId])) }),
    requestContext: {
      accountId,
      apiId: "local",
      domainName: "127.0.0.1:3010",
      domainPrefix: "127",
      http: {
        method: route.method,
        path: rawPath,
        protocol: "HTTP/1.1",
        sourceIp: "127.0.0.1",
        userAgent: "sam",
      },
      requestId: "sample",
      routeKey: routeKey(route),
      stage: "$default",
      time: "21/Nov/2026:09:30:00 +0000",
      timeEpoch: time.getTime(),
      ...(route.auth === "user" && { authorizer: { lambda: { sub: "paste-the-sub-of-a-user" } } }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    isBase64Encoded: false,
  };
}

/** The request that the authorizer is asked about. */
function authorizerEvent() {
  const event = requestEvent(allRoutes.getMe, undefined);
  const routeArn = `arn:aws:execute-api:us-east-1:${accountId}:local/$default/GET/v1/me`;
  return { ...event, type: "REQUEST", routeArn, identitySource: [event.headers.Authorization] };
}

function queueEvent(job: object) {
  const sent = String(time.getTime());
  return {
    Records: [
      {
        messageId: "sample",
        receiptHandle: "sample",
        body: JSON.stringify(job),
        attributes: {
          ApproximateReceiveCount: "1",
          SentTimestamp: sent,
          SenderId: accountId,
          ApproximateFirstReceiveTimestamp: sent,
        },
        messageAttributes: {},
        md5OfBody: "",
        eventSource: "aws:sqs",
        eventSourceARN: `arn:aws:sqs:us-east-1:${accountId}:jobs`,
        awsRegion: "us-east-1",
      },
    ],
  };
}

function userPoolEvent(triggerSource: string) {
  return {
    version: "1",
    triggerSource,
    region: "us-east-1",
    userPoolId: "us-east-1_sample",
    userName: "ada",
    callerContext: { awsSdkVersion: "3", clientId: "sample" },
    request: { userAttributes: { sub: sampleId, email: "ada@example.com" } },
    response: {},
  };
}

const replyJob = { kind: "run", ownerId: sampleId, replyId: sampleId, requestId: "sample" };

/** What functions that no route names are called with. */
const otherEvents: Readonly<Record<string, () => object>> = {
  authorizer: authorizerEvent,
  "reply-worker": () => queueEvent(replyJob),
  "dead-letter": () => queueEvent(replyJob),
  embedder: () => queueEvent({ kind: "message", items: [{ ownerId: sampleId, id: sampleId }] }),
  "reply-sweeper": () => ({
    source: "aws.events",
    "detail-type": "Scheduled Event",
    time: time.toISOString(),
  }),
  "post-confirmation": () => userPoolEvent("PostConfirmation_ConfirmSignUp"),
  "pre-sign-up": () => userPoolEvent("PreSignUp_SignUp"),
  websocket: () => ({
    requestContext: {
      routeKey: "$default",
      eventType: "MESSAGE",
      connectionId: "sample=",
      messageId: "sample",
    },
    body: JSON.stringify({ action: "ping" }),
    isBase64Encoded: false,
  }),
  migrate: () => ({}),
};

/** Sample events of a function, by name: one for each of its routes, or the one that it is called with. */
export function sampleEvents(functionName: string): ReadonlyMap<string, object> {
  const bodies: Readonly<Record<string, { body?: unknown }>> = examples;
  const routes: [string, Route][] = Object.entries(allRoutes);
  const ofRoutes = routes
    .filter(([, route]) => route.function === functionName)
    .map(([name, route]) => [name, requestEvent(route, bodies[name]?.body)] as const);
  const other = otherEvents[functionName];
  return new Map(other === undefined ? ofRoutes : [...ofRoutes, [functionName, other()]]);
}
