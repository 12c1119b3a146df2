import { environmentVariable, readEnvironment } from "@parley/runtime/environment";
import type { APIGatewayRequestAuthorizerEvent, APIGatewayRequestAuthorizerEventV2 } from "aws-lambda";
import { createAuthorizer } from "./authorize.ts";
import { createConnectionAuthorizer } from "./authorize-connection.ts";
import { settings } from "./config.ts";
import { createTokenVerifier } from "./verify-token.ts";

const config = readEnvironment(settings);

const verifyToken = createTokenVerifier({
  userPoolId: config.USER_POOL_ID,
  clientId: config.USER_POOL_CLIENT_ID,
  jwks: config.USER_POOL_JWKS,
});
const authorize = createAuthorizer(verifyToken, environmentVariable("AWS_SAM_LOCAL") === "true");
const authorizeConnection = createConnectionAuthorizer(verifyToken);

/**
 * Lambda authorizer of the HTTP API (payload format 2.0, simple response) and of the WebSocket API (IAM policy): what
 * one accepts, the other does.
 */
export async function handler(event: APIGatewayRequestAuthorizerEventV2 | APIGatewayRequestAuthorizerEvent) {
  return "methodArn" in event ? authorizeConnection(event) : authorize(event);
}
