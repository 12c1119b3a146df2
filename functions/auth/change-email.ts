import { UpdateUserAttributesCommand } from "@aws-sdk/client-cognito-identity-provider";
import type { authRoutes } from "@parley/contract/routes/auth";
import type { Operation } from "@parley/http/api-types";
import { invalid, problem } from "@parley/http/problem";
import { callUserPool, type UserPool } from "@parley/identity/user-pool";
import { codeDelivery } from "./code-delivery.ts";
import { accessTokenOf, staleToken } from "./own-token.ts";

/**
 * Sends a code to a new address of the caller's; the present one signs in until that is confirmed.
 * @param allowedDomains of addresses; none: all
 */
export function changeEmail(
  { client }: UserPool,
  allowedDomains: readonly string[],
): Operation<(typeof authRoutes)["changeEmail"]> {
  return async ({ body: { email }, headers }) => {
    if (allowedDomains.length > 0 && !allowedDomains.includes(email.split("@").at(-1) ?? "")) {
      throw problem("forbidden", { detail: "Accounts here have addresses of certain domains only." });
    }
    const command = new UpdateUserAttributesCommand({
      AccessToken: accessTokenOf(headers),
      UserAttributes: [{ Name: "email", Value: email }],
    });
    await callUserPool("update-attributes", () => client.send(command), {
      // Another account has it: whoever asks must not learn that, and no code is sent.
      AliasExistsException: () => undefined,
      InvalidParameterException: () => invalid("body.email", "is not accepted by the user pool"),
      NotAuthorizedException: staleToken,
      UserNotFoundException: staleToken,
    });
    return { status: 202, body: { codeDelivery: codeDelivery(email) } };
  };
}
