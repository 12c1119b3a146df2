import { logger } from "@parley/runtime/logger";
import type {
  APIGatewayRequestAuthorizerEventV2,
  APIGatewaySimpleAuthorizerWithContextResult,
} from "aws-lambda";
import { type CallerContext, judge, type Verify } from "./judge-credential.ts";

type Result = APIGatewaySimpleAuthorizerWithContextResult<CallerContext>;

/**
 * Creates the handler. Whoever is refused gets `Error("Unauthorized")`: HTTP API answers 401 to exactly that text,
 * while `isAuthorized: false` would be a 403 and any other error a 500.
 */
export function createAuthorizer(verifyToken: Verify) {
  return async (event: APIGatewayRequestAuthorizerEventV2): Promise<Result> => {
    const judged = await judge(readCredential(event), verifyToken);
    if ("refused" in judged) {
      logger.info("credential refused", { reason: judged.refused });
      throw new Error("Unauthorized");
    }
    return { isAuthorized: true, context: judged };
  };
}

function readCredential(event: APIGatewayRequestAuthorizerEventV2): string | undefined {
  const header = Object.entries(event.headers ?? {}).find(([name]) => name.toLowerCase() === "authorization");
  const value = event.identitySource?.[0] ?? header?.[1] ?? "";
  return /^Bearer ([\x21-\x7e]+)$/i.exec(value)?.[1];
}
