import { logger } from "@parley/runtime/logger";
import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from "aws-lambda";
import { judge, type Verify } from "./judge-credential.ts";

/**
 * Creates the authorizer of the WebSocket API's `$connect`, which answers an IAM policy. The credential is the query's
 * `token`: a browser cannot send headers with a WebSocket. Whoever is refused gets `Error("Unauthorized")`, a 401.
 */
export function createConnectionAuthorizer(verifyToken: Verify) {
  return async (event: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> => {
    const judged = await judge(event.queryStringParameters?.token || undefined, verifyToken);
    if ("refused" in judged) {
      logger.info("credential refused", { reason: judged.refused });
      throw new Error("Unauthorized");
    }
    return {
      principalId: "sub" in judged ? judged.sub : judged.apiKeyHash,
      policyDocument: {
        Version: "2012-10-17",
        Statement: [{ Action: "execute-api:Invoke", Effect: "Allow", Resource: event.methodArn }],
      },
      context: { ...judged },
    };
  };
}
