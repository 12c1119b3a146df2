import { CognitoIdentityProvider } from "@aws-sdk/client-cognito-identity-provider";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ClientId, Password, startTestPool, userPoolId } from "./pool.fixture.ts";

const UserPoolId = userPoolId;
let pool: Awaited<ReturnType<typeof startTestPool>>;

beforeAll(async () => {
  pool = await startTestPool();
});
afterAll(() => pool.close());

test("groups show in the next tokens", async () => {
  const Username = "ada@example.com";
  await pool.register(Username);
  const member = { UserPoolId, Username, GroupName: "admin" };
  await expect(pool.client.adminAddUserToGroup({ ...member, GroupName: "nobody" })).rejects.toMatchObject({
    name: "ResourceNotFoundException",
    message: "Group not found.",
  });
  const before = await pool.signIn(Username);
  await pool.client.adminAddUserToGroup(member);
  expect(decodeJwt(before.AccessToken)).not.toHaveProperty("cognito:groups");
  const refreshed = await pool.refresh(before.RefreshToken);
  for (const token of [
    refreshed.AuthenticationResult?.AccessToken,
    refreshed.AuthenticationResult?.IdToken,
  ]) {
    expect(decodeJwt(token ?? "")["cognito:groups"]).toEqual(["admin"]);
  }
});

test("a subject finds its user, and no other filter is spoken", async () => {
  const Username = "mia@example.com";
  await pool.register(Username);
  const { AccessToken } = await pool.signIn(Username);
  const { sub = "" } = decodeJwt(AccessToken ?? "");
  const find = (Filter: string) => pool.client.listUsers({ UserPoolId, Filter, Limit: 1 });
  expect((await find(`sub = "${sub}"`)).Users?.map((user) => user.Username)).toEqual([sub]);
  expect((await find('sub = "nobody"')).Users).toEqual([]);
  await expect(find("shoe = 5")).rejects.toMatchObject({ name: "InvalidParameterException" });
});

test("a disabled user is locked out", async () => {
  const Username = "bob@example.com";
  await pool.register(Username);
  const { RefreshToken } = await pool.signIn(Username);
  await pool.client.adminDisableUser({ UserPoolId, Username });
  await expect(pool.signIn(Username)).rejects.toThrow("User is disabled.");
  await expect(pool.signIn(Username, "Wrong-Pass-1")).rejects.toThrow("Incorrect username or password.");
  await expect(pool.refresh(RefreshToken)).rejects.toMatchObject({ name: "NotAuthorizedException" });
});

test("a global sign-out ends every session of one user, who may sign in again", async () => {
  const [Username, other] = ["flo@example.com", "gus@example.com"];
  await Promise.all([pool.register(Username), pool.register(other)]);
  const sessions = [await pool.signIn(Username), await pool.signIn(Username)];
  const stays = await pool.signIn(other);
  await pool.client.adminUserGlobalSignOut({ UserPoolId, Username });
  for (const { RefreshToken, AccessToken } of sessions) {
    await expect(pool.refresh(RefreshToken)).rejects.toThrow("Refresh Token has been revoked");
    await expect(pool.client.getUser({ AccessToken })).rejects.toThrow("Access Token has been revoked");
  }
  await pool.refresh(stays.RefreshToken);
  await pool.refresh((await pool.signIn(Username)).RefreshToken);
  const stranger = { UserPoolId, Username: "nobody@example.com" };
  await expect(pool.client.adminUserGlobalSignOut(stranger)).rejects.toMatchObject({
    name: "UserNotFoundException",
  });
});

test("administrators read and delete", async () => {
  const Username = "carol@example.com";
  const { UserSub = "" } = await pool.client.signUp({ ClientId, Username, Password });
  await pool.client.confirmSignUp({ ClientId, Username, ConfirmationCode: pool.lastCode(Username) });
  const read = await pool.client.adminGetUser({ UserPoolId, Username: UserSub });
  expect(read).toMatchObject({ Username: UserSub, Enabled: true, UserStatus: "CONFIRMED" });
  expect(Math.abs((read.UserCreateDate?.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);

  await pool.client.adminDeleteUser({ UserPoolId, Username });
  await expect(pool.client.adminGetUser({ UserPoolId, Username })).rejects.toMatchObject({
    name: "UserNotFoundException",
  });
  await expect(
    pool.client.adminGetUser({ UserPoolId: "eu-central-1_Other", Username }),
  ).rejects.toMatchObject({
    name: "ResourceNotFoundException",
  });
});

test("an unsigned administrator's call is refused", async () => {
  const response = await fetch(pool.cognito.endpoint, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": "AWSCognitoIdentityProviderService.AdminGetUser",
    },
    body: JSON.stringify({ UserPoolId }),
  });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ __type: "MissingAuthenticationTokenException" });
});

test("operations that are not there say so", async () => {
  const client = new CognitoIdentityProvider({
    region: "eu-central-1",
    endpoint: pool.cognito.endpoint,
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  await expect(client.listUserPools({ MaxResults: 1 })).rejects.toMatchObject({
    name: "UnknownOperationException",
  });
  client.destroy();
});
