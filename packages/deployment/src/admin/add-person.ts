import { randomBytes } from "node:crypto";
import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  type CognitoIdentityProviderClient,
} from "@aws-sdk/client-cognito-identity-provider";

export interface AddPersonOptions {
  readonly client: Pick<CognitoIdentityProviderClient, "send">;
  readonly userPoolId: string;
  readonly email: string;
  /** Into the group `admin`. */
  readonly isAdmin: boolean;
}

/**
 * Invites somebody, or makes an admin of who is there already; safe to repeat. Who is new gets a password that nobody
 * knows: they set their own with the code that `forgot-password` sends them.
 */
export async function addPerson(options: AddPersonOptions): Promise<"invited" | "was there"> {
  const { client, userPoolId: UserPoolId, email, isAdmin } = options;
  const outcome = await create(options);
  if (isAdmin) {
    await client.send(new AdminAddUserToGroupCommand({ UserPoolId, Username: email, GroupName: "admin" }));
  }
  return outcome;
}

async function create({
  client,
  userPoolId: UserPoolId,
  email,
}: AddPersonOptions): Promise<"invited" | "was there"> {
  const UserAttributes = [
    { Name: "email", Value: email },
    // Whoever reads the mail sent there is the person meant: the code that sets the password goes nowhere else.
    { Name: "email_verified", Value: "true" },
  ];
  try {
    await client.send(
      new AdminCreateUserCommand({ UserPoolId, Username: email, UserAttributes, MessageAction: "SUPPRESS" }),
    );
  } catch (error) {
    if (error instanceof Error && error.name === "UsernameExistsException") return "was there";
    throw error;
  }
  // Fits every policy; a temporary one would have to be changed on the sign-in page, which the API does not need.
  const Password = `${randomBytes(24).toString("base64url")}aA1!`;
  await client.send(
    new AdminSetUserPasswordCommand({ UserPoolId, Username: email, Password, Permanent: true }),
  );
  return "invited";
}
