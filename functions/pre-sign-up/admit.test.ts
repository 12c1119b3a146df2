import { readSettings } from "@parley/settings/read-settings";
import type { PreSignUpTriggerEvent } from "aws-lambda";
import { expect, test } from "vitest";
import { admitToSignUp } from "./admit.ts";
import { settings } from "./config.ts";

const { ALLOWED_DOMAINS } = readSettings(settings, { ALLOWED_DOMAINS: "example.com, Example.ORG," });

function signUp(email: string | undefined, triggerSource = "PreSignUp_SignUp"): PreSignUpTriggerEvent {
  return {
    version: "1",
    region: "us-east-1",
    userPoolId: "us-east-1_parley",
    userName: "x",
    callerContext: { awsSdkVersion: "1", clientId: "c" },
    triggerSource: triggerSource as "PreSignUp_SignUp",
    request: { userAttributes: email === undefined ? {} : { email } },
    response: { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false },
  };
}

test.each(["ann@example.com", "ANN@EXAMPLE.COM", '"a@b"@example.org'])("%s may sign up", async (email) => {
  const event = signUp(email);
  expect(await admitToSignUp(ALLOWED_DOMAINS)(event)).toBe(event);
});

test.each([
  "ann@evil.com",
  "ann@sub.example.com",
  "ann@notexample.com",
  "ann@example.com@evil.com",
  "ann@example.com.",
  "",
  undefined,
])("%s may not", async (email) => {
  await expect(admitToSignUp(ALLOWED_DOMAINS)(signUp(email))).rejects.toThrow(/certain domains/);
});

test("without domains only the invited get in, by whatever door", async () => {
  const admit = admitToSignUp([]);
  const invited = signUp("ann@example.com", "PreSignUp_AdminCreateUser");
  expect(await admit(invited)).toBe(invited);
  for (const door of ["PreSignUp_SignUp", "PreSignUp_ExternalProvider"]) {
    await expect(admit(signUp("ann@example.com", door))).rejects.toThrow("Sign-up is by invitation only");
  }
});

test("no address is in the empty domain", async () => {
  const admit = admitToSignUp(readSettings(settings, { ALLOWED_DOMAINS: " , " }).ALLOWED_DOMAINS);
  await expect(admit(signUp(""))).rejects.toThrow(/invitation/);
});
