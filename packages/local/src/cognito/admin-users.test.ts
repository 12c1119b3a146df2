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
  await expect(pool.client.adminAddUserToGroup(member)).rejects.toMatchObject({
    name: "ResourceNotFoundException",
    message: "Group not found.",
  });
  await pool.client.createGroup({ UserPoolId, GroupName: "admin", Description: "Administrators" });
  await expect(pool.client.createGroup({ UserPoolId, GroupName: "admin" })).rejects.toMatchObject({
    name: "GroupExistsException",
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
  const { Groups } = await pool.client.adminListGroupsForUser({ UserPoolId, Username });
  expect(Groups).toEqual([expect.objectContaining({ GroupName: "admin", Description: "Administrators" })]);
  await pool.client.adminRemoveUserFromGroup(member);
  expect((await pool.client.adminListGroupsForUser({ UserPoolId, Username })).Groups).toEqual([]);
});

test("a disabled user is locked out until enabled", async () => {
  const Username = "bob@example.com";
  await pool.register(Username);
  const { RefreshToken } = await pool.signIn(Username);
  await pool.client.adminDisableUser({ UserPoolId, Username });
  await expect(pool.signIn(Username)).rejects.toThrow("User is disabled.");
  await expect(pool.signIn(Username, "Wrong-Pass-1")).rejects.toThrow("Incorrect username or password.");
  await expect(pool.refresh(RefreshToken)).rejects.toMatchObject({ name: "NotAuthorizedException" });
  await pool.client.adminEnableUser({ UserPoolId, Username });
  await pool.signIn(Username);
});

test("administrators confirm, read, list and delete", async () => {
  const Username = "carol@example.com";
  const { UserSub = "" } = await pool.client.signUp({ ClientId, Username, Password });
  await pool.client.adminConfirmSignUp({ UserPoolId, Username });
  const read = await pool.client.adminGetUser({ UserPoolId, Username: UserSub });
  expect(read).toMatchObject({ Username: UserSub, Enabled: true, UserStatus: "CONFIRMED" });
  expect(Math.abs((read.UserCreateDate?.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);

  const byEmail = await pool.client.listUsers({ UserPoolId, Filter: 'email = "Carol@Example.com"' });
  expect(byEmail.Users?.map((user) => user.Username)).toEqual([UserSub]);
  expect((await pool.client.listUsers({ UserPoolId, Filter: 'email = "x"' })).Users).toEqual([]);
  expect((await pool.client.listUsers({ UserPoolId, Filter: 'email ^= "c"' })).Users).toHaveLength(1);
  await expect(pool.client.listUsers({ UserPoolId, Filter: "email" })).rejects.toMatchObject({
    name: "InvalidParameterException",
  });
  const page = await pool.client.listUsers({ UserPoolId, Limit: 1 });
  const rest = await pool.client.listUsers({ UserPoolId, PaginationToken: page.PaginationToken });
  expect(rest.Users?.length).toBeGreaterThan(0);
  expect(rest.Users?.some((user) => user.Username === page.Users?.[0]?.Username)).toBe(false);

  await pool.client.adminDeleteUser({ UserPoolId, Username });
  await expect(pool.client.adminGetUser({ UserPoolId, Username })).rejects.toMatchObject({
    name: "UserNotFoundException",
  });
  await expect(pool.client.listUsers({ UserPoolId: "eu-central-1_Other" })).rejects.toMatchObject({
    name: "ResourceNotFoundException",
  });
});

test("an unsigned administrator's call is refused", async () => {
  const response = await fetch(pool.cognito.endpoint, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": "AWSCognitoIdentityProviderService.ListUsers",
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
