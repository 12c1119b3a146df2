import { hashApiKey, looksLikeApiKey } from "@parley/http/api-key";
import { logger } from "@parley/runtime/logger";
import type {
  APIGatewayRequestAuthorizerEventV2,
  APIGatewaySimpleAuthorizerWithContextResult,
} from "aws-lambda";
import type { Verification } from "./verify-token.ts";

/** What the handlers learn of who signed in; every value survives the gateway as it is. */
interface TokenContext {
  /** Cognito's id of the user. */
  sub: string;
  username: string;
  /** Cognito groups, joined by commas. */
  groups: string;
  tokenUse: "access";
  /** Seconds since the epoch. */
  expiresAt: number;
}

/** What they learn of who holds an API key: never the key. */
interface KeyContext {
  tokenUse: "api-key";
  /** SHA-256, hex. */
  apiKeyHash: string;
}

type Context = TokenContext | KeyContext;
type Result = APIGatewaySimpleAuthorizerWithContextResult<Context>;
type Verify = (token: string) => Promise<Verification>;

// A longer header never passes the gateway; refusing here keeps that true of every gateway.
const longestCredential = 8192;

/**
 * Creates the handler. Whoever is refused gets `Error("Unauthorized")`: HTTP API answers 401 to exactly that text,
 * while `isAuthorized: false` would be a 403 and any other error a 500. An API key passes by its form alone: whether
 * there is such a key, the handlers ask the database, which may be asleep now.
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

async function judge(
  credential: string | undefined,
  verifyToken: Verify,
): Promise<Context | { refused: string }> {
  if (credential === undefined) return { refused: "missing" };
  if (looksLikeApiKey(credential)) {
    const apiKeyHash = hashApiKey(credential);
    return apiKeyHash === undefined ? { refused: "malformed key" } : { tokenUse: "api-key", apiKeyHash };
  }
  const verification = await verifyToken(credential);
  if ("refused" in verification) return verification;
  const { claims } = verification;
  return {
    sub: claims.sub,
    username: claims.username,
    groups: joinGroups(claims["cognito:groups"] ?? []),
    tokenUse: "access",
    expiresAt: claims.exp,
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
