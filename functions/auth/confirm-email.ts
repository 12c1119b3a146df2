import { GetUserCommand, VerifyUserAttributeCommand } from "@aws-sdk/client-cognito-identity-provider";
import type { authRoutes } from "@parley/contract/routes/auth";
import type { Database } from "@parley/data/database";
import { getUser, updateUser } from "@parley/data/users";
import type { Operation } from "@parley/http/api-types";
import { problem } from "@parley/http/problem";
import { callUserPool, type UserPool } from "@parley/identity/user-pool";
import { accessTokenOf, staleToken } from "./own-token.ts";
import { codeRefusals } from "./refusals.ts";

const ofToken = { NotAuthorizedException: staleToken, UserNotFoundException: staleToken };

/** The caller's verified address, as Cognito has it. */
async function verifiedEmail({ client }: UserPool, accessToken: string | undefined) {
  const command = new GetUserCommand({ AccessToken: accessToken });
  const answer = await callUserPool("get-user", () => client.send(command), ofToken);
  const attributes = new Map(answer?.UserAttributes?.map(({ Name, Value }) => [Name, Value]));
  return attributes.get("email_verified") === "true" ? attributes.get("email")?.toLowerCase() : undefined;
}

/**
 * Makes the new address the caller's with the code that was sent to it. What Cognito has is then copied to the user's row,
 * also after a code that is used up: a request before this one may have got no further.
 */
export function confirmEmail(
  pool: UserPool,
  database: Database,
): Operation<(typeof authRoutes)["confirmEmail"]> {
  return async ({ body: { code }, headers, caller: { userId } }) => {
    const accessToken = accessTokenOf(headers);
    const command = new VerifyUserAttributeCommand({
      AccessToken: accessToken,
      AttributeName: "email",
      Code: code,
    });
    let isRefused = false;
    const refuse = () => {
      isRefused = true;
      return undefined;
    };
    await callUserPool("verify-attribute", () => pool.client.send(command), {
      CodeMismatchException: refuse,
      ExpiredCodeException: refuse,
      InvalidParameterException: refuse,
      // Another account has got the address meanwhile.
      AliasExistsException: refuse,
      ...ofToken,
    });
    const [email, user] = await Promise.all([verifiedEmail(pool, accessToken), getUser(database, userId)]);
    if (user === undefined) throw problem("unauthenticated");
    const isChanged = email !== undefined && email !== user.email;
    if (isRefused && !isChanged) throw codeRefusals.CodeMismatchException();
    if (isChanged) await updateUser(database, userId, { email }, undefined);
    return { status: 204 };
  };
}
