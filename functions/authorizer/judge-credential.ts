import { hashApiKey, looksLikeApiKey } from "@parley/http/api-key";
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

export type CallerContext = TokenContext | KeyContext;
export type Verify = (token: string) => Promise<Verification>;

// A longer header never passes the gateway; refusing here keeps that true of every gateway.
const longestCredential = 8192;

/**
 * What the handlers learn of the caller, or why it is refused. An API key passes by its form alone: whether there is
 * such a key, the handlers ask the database, which may be asleep now.
 */
export async function judge(
  credential: string | undefined,
  verifyToken: Verify,
): Promise<CallerContext | { refused: string }> {
  if (credential === undefined) return { refused: "missing" };
  if (credential.length > longestCredential) return { refused: "too long" };
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
    groups: joinGroups(claims["cognito:groups"]),
    tokenUse: "access",
    expiresAt: claims.exp,
  };
}

/**
 * A group whose name could read as two in a list is left out: it must not lend anybody the other's rights. So is what
 * is no list of names, which a trigger of the pool may have put there.
 */
function joinGroups(groups: unknown): string {
  if (!Array.isArray(groups)) return "";
  return groups.filter((group) => typeof group === "string" && /^[\w.:@/+-]+$/.test(group)).join(",");
}
