import type { Identity } from "@parley/http/api-types";
import { problem } from "@parley/http/problem";

/**
 * Cognito's name of who signed in.
 * @throws Problem 403 for an API key
 */
export function usernameOf(identity: Identity): string {
  if (!("sub" in identity)) throw problem("forbidden");
  return identity.username === "" ? identity.sub : identity.username;
}
