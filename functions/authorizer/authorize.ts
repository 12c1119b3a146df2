import { logger } from "@parley/runtime/logger";
import type {
  APIGatewayRequestAuthorizerEventV2,
  APIGatewaySimpleAuthorizerWithContextResult,
} from "aws-lambda";
import type { Verification } from "./verify-token.ts";

/** What the handlers learn of the caller; every value survives the gateway as it is. */
interface CallerContext {
  /** Cognito's id of the user. */
  sub: string;
  username: string;
  /** Cognito groups, joined by commas. */
  groups: string;
  tokenUse: "access";
  /** Seconds since the epoch. */
  expiresAt: number;
}

type Result = APIGatewaySimpleAuthorizerWithContextResult<CallerContext>;

// A longer header never passes the gateway; refusing here keeps that true of every gateway.
const longestCredential = 8192;

/**
 * Creates the handler. Whoever is refused gets `Error("Unauthorized")`: HTTP API answers 401 to exactly that text,
 * while `isAuthorized: false` would be a 403 and any other error a 500.
 */
export function createAuthorizer(verifyToken: (token: string) => Promise<Verification>) {
  return async (event: APIGatewayRequestAuthorizerEventV2): Promise<Result> => {
    const credential = readCredential(event);
    const verification = credential ? await verifyToken(credential) : { refused: "missing" as const };
    if ("refused" in verification) {
      logger.info("credential refused", { reason: verification.refused });
      throw new Error("Unauthorized");
    }
    const { claims } = verification;
    return {
      isAuthorized: true,
      context: {
        sub: claims.sub,
        username: claims.username,
        groups: joinGroups(claims["cognito:groups"] ?? []),
        tokenUse: "access",
        expiresAt: claims.exp,
      },
    };
  };
}

function readCredential(event: APIGatewayRequestAuthorizerEventV2): string | undefined {
  const header = Object.entries(event.headers ?? {}).find(([name]) => name.toLowerCase() === "authorization");
  const value = event.identitySource?.[0] ?? header?.[1] ?? "";
  const credential = /^Bearer ([\x21-\x7e]+)$/i.exec(value)?.[1];
  return credential && credential.length <= longestCredential ? credential : undefined;
}

/** A group whose name could read as two in a list is left out: it must not lend anybody the other's rights. */
function joinGroups(groups: readonly string[]): string {
  return groups.filter((group) => /^[\w.:@/+-]+$/.test(group)).join(",");
}
