import { logger } from "@parley/runtime/logger";
import type {
  APIGatewayRequestAuthorizerEventV2,
  APIGatewaySimpleAuthorizerWithContextResult,
} from "aws-lambda";
import { type CallerContext, judge, type Verify } from "./judge-credential.ts";

/** Whom no function takes for a caller. */
type Nobody = APIGatewaySimpleAuthorizerWithContextResult<Record<string, never>>;
type Result = APIGatewaySimpleAuthorizerWithContextResult<CallerContext>;

/**
 * Creates the handler. Whoever is refused gets `Error("Unauthorized")`: HTTP API answers 401 to exactly that text,
 * while `isAuthorized: false` would be a 403 and any other error a 500.
 * @param isUnderSam `sam local` makes a 502 of every error: there a request goes on without a caller, and the function
 * behind the route answers 401, as it does to whoever has none
 */
export function createAuthorizer(verifyToken: Verify, isUnderSam = false) {
  return async (event: APIGatewayRequestAuthorizerEventV2): Promise<Result | Nobody> => {
    const judged = await judge(readCredential(event), verifyToken);
    if ("refused" in judged) {
      logger.info("credential refused", { reason: judged.refused });
      if (isUnderSam) return { isAuthorized: true, context: {} };
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
