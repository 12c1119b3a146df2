import { afterAll, beforeAll, expect, test } from "vitest";
import { ClientId, Password, startTestPool, userPoolId } from "./pool.fixture.ts";

let pool: Awaited<ReturnType<typeof startTestPool>>;
const events: unknown[] = [];
const asked: unknown[] = [];
let triggerFailure: Error | undefined;

beforeAll(async () => {
  pool = await startTestPool({
    async preSignUp({ userName, triggerSource, request }) {
      asked.push({ userName, triggerSource, request });
      if (userName.startsWith("stranger")) throw new Error("Not you");
    },
    async postConfirmation(event) {
      events.push(event);
      if (triggerFailure) throw triggerFailure;
    },
  });
});
afterAll(() => pool.close());

test("sign-up, code, confirmation, trigger", async () => {
  const Username = "Ada@Example.com";
  const signedUp = await pool.client.signUp({
    ClientId,
    Username,
    Password,
    UserAttributes: [{ Name: "name", Value: "Ada" }],
  });
  expect(signedUp).toMatchObject({
    UserConfirmed: false,
    UserSub: expect.stringMatching(/^[0-9a-f-]{36}$/),
    CodeDeliveryDetails: { AttributeName: "email", DeliveryMedium: "EMAIL", Destination: "A***@E***" },
  });
  await expect(pool.signIn(Username)).rejects.toMatchObject({ name: "UserNotConfirmedException" });
  await expect(pool.signIn(Username, "Wrong-Pass-1")).rejects.toMatchObject({
    name: "NotAuthorizedException",
    message: "Incorrect username or password.",
  });

  const ConfirmationCode = pool.lastCode("ada@example.com");
  expect(ConfirmationCode).toMatch(/^\d{6}$/);
  const wrong = ConfirmationCode === "000000" ? "000001" : "000000";
  await expect(
    pool.client.confirmSignUp({ ClientId, Username, ConfirmationCode: wrong }),
  ).rejects.toMatchObject({
    name: "CodeMismatchException",
    message: "Invalid verification code provided, please try again.",
  });
  await pool.client.confirmSignUp({ ClientId, Username: "ada@example.COM", ConfirmationCode });
  expect(events).toEqual([
    expect.objectContaining({
      version: "1",
      triggerSource: "PostConfirmation_ConfirmSignUp",
      userPoolId,
      userName: signedUp.UserSub,
      request: {
        userAttributes: {
          sub: signedUp.UserSub,
          email: "Ada@Example.com",
          email_verified: "true",
          name: "Ada",
          "cognito:user_status": "CONFIRMED",
        },
      },
    }),
  ]);
  await expect(pool.client.confirmSignUp({ ClientId, Username, ConfirmationCode })).rejects.toMatchObject({
    name: "NotAuthorizedException",
    message: "User cannot be confirmed. Current status is CONFIRMED",
  });
});

test("one account per address, in any case, also for two at once", async () => {
  const attempts = ["bob@example.com", "BOB@example.com"].map((Username) =>
    pool.client.signUp({ ClientId, Username, Password }),
  );
  const results = await Promise.allSettled(attempts);
  expect(results.map((result) => result.status).toSorted()).toEqual(["fulfilled", "rejected"]);
  expect(results.find((result) => result.status === "rejected")?.reason).toMatchObject({
    name: "UsernameExistsException",
    message: "An account with the given email already exists.",
  });
});

test.each([
  ["Aa-1", "Password not long enough"],
  ["CORRECT-HORSE-7", "Password must have lowercase characters"],
  ["correct-horse-7", "Password must have uppercase characters"],
  ["Correct-Horse-", "Password must have numeric characters"],
  ["CorrectHorse7", "Password must have symbol characters"],
])("the password policy refuses %s", async (weak, reason) => {
  await expect(
    pool.client.signUp({ ClientId, Username: "weak@example.com", Password: weak }),
  ).rejects.toMatchObject({
    name: "InvalidPasswordException",
    message: `Password did not conform with policy: ${reason}`,
  });
});

test("bad input is refused by name", async () => {
  const signUp = { ClientId, Username: "carol@example.com", Password };
  const refused: [object, string][] = [
    [{ Username: "carol" }, "InvalidParameterException"],
    [{ Username: undefined }, "InvalidParameterException"],
    [{ Password: " Correct-Horse-7" }, "InvalidParameterException"],
    [{ ClientId: "other" }, "ResourceNotFoundException"],
    [{ UserAttributes: [{ Name: "role", Value: "admin" }] }, "InvalidParameterException"],
    [{ UserAttributes: [{ Name: "email", Value: "else@example.com" }] }, "InvalidParameterException"],
  ];
  for (const [change, name] of refused) {
    await expect(pool.client.signUp({ ...signUp, ...change })).rejects.toMatchObject({ name });
  }
});

test("a code is good for 24 hours, five wrong ones lock, a resent one replaces the first", async () => {
  const Username = "dan@example.com";
  await pool.client.signUp({ ClientId, Username, Password });
  const confirm = (ConfirmationCode: string) =>
    pool.client.confirmSignUp({ ClientId, Username, ConfirmationCode });
  pool.advance(24 * 3_600_000);
  await expect(confirm(pool.lastCode(Username))).rejects.toMatchObject({ name: "ExpiredCodeException" });

  await pool.client.resendConfirmationCode({ ClientId, Username });
  const code = pool.lastCode(Username);
  const wrong = code === "000000" ? "000001" : "000000";
  for (let attempt = 0; attempt < 5; attempt++) {
    await expect(confirm(wrong)).rejects.toMatchObject({ name: "CodeMismatchException" });
  }
  await expect(confirm(code)).rejects.toMatchObject({ name: "LimitExceededException" });
  pool.advance(3_600_000);
  await confirm(code);
});

test("resending tells nothing of unknown addresses and has a limit for them too", async () => {
  const Username = "nobody@example.com";
  const resend = () => pool.client.resendConfirmationCode({ ClientId, Username });
  for (let attempt = 0; attempt < 5; attempt++) {
    expect((await resend()).CodeDeliveryDetails?.Destination).toBe("n***@e***");
  }
  await expect(resend()).rejects.toMatchObject({ name: "LimitExceededException" });
  expect(pool.cognito.mailbox(Username)).toEqual([]);
  await expect(
    pool.client.confirmSignUp({ ClientId, Username, ConfirmationCode: "123456" }),
  ).rejects.toMatchObject({ name: "ExpiredCodeException" });
});

test("whom the trigger refuses has no account, and it is told what came with the sign-up", async () => {
  const Username = "stranger@example.com";
  const ClientMetadata = { pass: "none" };
  await expect(pool.client.signUp({ ClientId, Username, Password, ClientMetadata })).rejects.toMatchObject({
    name: "UserLambdaValidationException",
    message: "PreSignUp failed with error Not you.",
  });
  expect(asked.at(-1)).toEqual({
    userName: Username,
    triggerSource: "PreSignUp_SignUp",
    request: { userAttributes: { email: Username }, clientMetadata: ClientMetadata },
  });
  expect(pool.lastCode(Username)).toBe("none");
  await expect(pool.signIn(Username)).rejects.toMatchObject({ name: "NotAuthorizedException" });
});

test("a failing trigger surfaces, and the user is confirmed all the same", async () => {
  const Username = "eve@example.com";
  triggerFailure = new Error("no database");
  await expect(pool.register(Username)).rejects.toMatchObject({
    name: "UserLambdaValidationException",
    message: "PostConfirmation failed with error no database.",
  });
  triggerFailure = undefined;
  expect((await pool.signIn(Username)).AccessToken).not.toBe("");
});

test("the mailbox answers over HTTP", async () => {
  await pool.client.signUp({ ClientId, Username: "finn+tag@example.com", Password });
  const url = `${pool.cognito.endpoint}/_mailbox?email=${encodeURIComponent("finn+tag@example.com")}`;
  expect(await (await fetch(url)).json()).toEqual({
    codes: [
      {
        code: pool.lastCode("finn+tag@example.com"),
        purpose: "sign-up",
        sentAt: expect.stringMatching(/^\d{4}-.*Z$/),
      },
    ],
  });
});
