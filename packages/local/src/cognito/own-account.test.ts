import { afterAll, beforeAll, expect, test } from "vitest";
import { ClientId, startTestPool, userPoolId } from "./pool.fixture.ts";

const NewPassword = "Battery-Staple-8";
let pool: Awaited<ReturnType<typeof startTestPool>>;

beforeAll(async () => {
  pool = await startTestPool();
});
afterAll(() => pool.close());

const confirmReset = (Username: string, ConfirmationCode: string, Password = NewPassword) =>
  pool.client.confirmForgotPassword({ ClientId, Username, ConfirmationCode, Password });

test("a forgotten password is reset with a code of one hour", async () => {
  const Username = "ada@example.com";
  await pool.register(Username);
  await expect(confirmReset(Username, "123456")).rejects.toMatchObject({ name: "ExpiredCodeException" });
  await pool.client.forgotPassword({ ClientId, Username });
  pool.advance(3_600_000);
  await expect(confirmReset(Username, pool.lastCode(Username))).rejects.toMatchObject({
    name: "ExpiredCodeException",
  });

  await pool.client.forgotPassword({ ClientId, Username });
  expect(pool.cognito.mailbox(Username).at(-1)?.purpose).toBe("reset-password");
  await expect(confirmReset(Username, pool.lastCode(Username), "weak-pass-1")).rejects.toMatchObject({
    name: "InvalidPasswordException",
  });
  await confirmReset(Username, pool.lastCode(Username));
  await expect(pool.signIn(Username)).rejects.toThrow("Incorrect username or password.");
  await pool.signIn(Username, NewPassword);
  await expect(confirmReset(Username, pool.lastCode(Username))).rejects.toMatchObject({
    name: "ExpiredCodeException",
  });
});

test("an unknown and an unconfirmed address get the answer of a known one, and no code", async () => {
  await pool.client.signUp({ ClientId, Username: "new@example.com", Password: NewPassword });
  for (const Username of ["nobody@example.com", "new@example.com"]) {
    const answer = await pool.client.forgotPassword({ ClientId, Username });
    expect(answer.CodeDeliveryDetails).toEqual({
      AttributeName: "email",
      DeliveryMedium: "EMAIL",
      Destination: "n***@e***",
    });
  }
  expect(pool.cognito.mailbox("nobody@example.com")).toEqual([]);
  expect(pool.cognito.mailbox("new@example.com").map((sent) => sent.purpose)).toEqual(["sign-up"]);
  await expect(confirmReset("nobody@example.com", "123456")).rejects.toMatchObject({
    name: "CodeMismatchException",
  });
});

test("changing the password needs the present one", async () => {
  await pool.register("bob@example.com");
  const { AccessToken } = await pool.signIn("bob@example.com");
  const change = (PreviousPassword: string) =>
    pool.client.changePassword({ AccessToken, PreviousPassword, ProposedPassword: NewPassword });
  await expect(change("Wrong-Pass-1")).rejects.toThrow("Incorrect username or password.");
  await change("Correct-Horse-7");
  await pool.signIn("bob@example.com", NewPassword);
  for (let attempt = 0; attempt < 5; attempt++) {
    await expect(change("Wrong-Pass-1")).rejects.toMatchObject({ name: "NotAuthorizedException" });
  }
  await expect(change(NewPassword)).rejects.toMatchObject({ name: "LimitExceededException" });
});

test("a deleted account is gone with its sessions, and its address is free again", async () => {
  await pool.register("dan@example.com");
  const { AccessToken, RefreshToken } = await pool.signIn("dan@example.com");
  await pool.client.adminDeleteUser({ UserPoolId: userPoolId, Username: "dan@example.com" });
  await expect(pool.client.getUser({ AccessToken })).rejects.toMatchObject({ name: "UserNotFoundException" });
  await expect(pool.refresh(RefreshToken)).rejects.toMatchObject({ name: "NotAuthorizedException" });
  await expect(pool.signIn("dan@example.com")).rejects.toThrow("Incorrect username or password.");
  await pool.register("dan@example.com");
});
