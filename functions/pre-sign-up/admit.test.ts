import { signUpPass } from "@parley/identity/sign-up-pass";
import { readSettings } from "@parley/settings/read-settings";
import type { PreSignUpTriggerEvent } from "aws-lambda";
import { expect, test } from "vitest";
import { admitToSignUp } from "./admit.ts";
import { settings } from "./config.ts";

const { ALLOWED_DOMAINS } = readSettings(settings, { ALLOWED_DOMAINS: "example.com, Example.ORG," });

const admitOf = (domains: readonly string[]) => admitToSignUp({ domains, readCaptchaSecret: undefined });

function signUp(
  email: string | undefined,
  triggerSource = "PreSignUp_SignUp",
  clientMetadata?: Record<string, string>,
): PreSignUpTriggerEvent {
  return {
    version: "1",
    region: "us-east-1",
    userPoolId: "us-east-1_parley",
    userName: "x",
    callerContext: { awsSdkVersion: "1", clientId: "c" },
    triggerSource: triggerSource as "PreSignUp_SignUp",
    request: {
      userAttributes: email === undefined ? {} : { email },
      ...(clientMetadata && { clientMetadata }),
    },
    response: { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false },
  };
}

test.each(["ann@example.com", "ANN@EXAMPLE.COM", '"a@b"@example.org'])("%s may sign up", async (email) => {
  const event = signUp(email);
  expect(await admitOf(ALLOWED_DOMAINS)(event)).toBe(event);
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
  await expect(admitOf(ALLOWED_DOMAINS)(signUp(email))).rejects.toThrow(/certain domains/);
});

test("without domains only the invited get in, by whatever door", async () => {
  const admit = admitOf([]);
  const invited = signUp("ann@example.com", "PreSignUp_AdminCreateUser");
  expect(await admit(invited)).toBe(invited);
  for (const door of ["PreSignUp_SignUp", "PreSignUp_ExternalProvider"]) {
    await expect(admit(signUp("ann@example.com", door))).rejects.toThrow("Sign-up is by invitation only");
  }
});

test("no address is in the empty domain", async () => {
  const admit = admitOf(readSettings(settings, { ALLOWED_DOMAINS: " , " }).ALLOWED_DOMAINS);
  await expect(admit(signUp(""))).rejects.toThrow(/invitation/);
});

test("where there is a captcha, whoever comes past the API is refused, and the API's pass is for one address and a minute", async () => {
  const admit = admitToSignUp({ domains: undefined, readCaptchaSecret: async () => "hush" });
  const passed = (pass: { pass: string } | undefined, email = "ann@example.com") =>
    admit(signUp(email, "PreSignUp_SignUp", pass));
  const good = signUpPass("hush", "Ann@example.com");
  expect((await passed(good)).userName).toBe("x");
  const refused = "Sign up through the API, which asks for a captcha";
  for (const bad of [
    undefined,
    { pass: "" },
    { pass: good.pass.replace(/^\d/, "9") },
    signUpPass("another", "ann@example.com"),
    signUpPass("hush", "ann@example.com", Date.now() - 61_000),
    signUpPass("hush", "ann@example.com", Date.now() + 61_000),
  ]) {
    await expect(passed(bad)).rejects.toThrow(refused);
  }
  await expect(passed(good, "eve@example.com")).rejects.toThrow(refused);
  // No mail is sent to them, or somebody has let them in by hand.
  for (const door of ["PreSignUp_ExternalProvider", "PreSignUp_AdminCreateUser"]) {
    expect((await admit(signUp("ann@example.com", door))).triggerSource).toBe(door);
  }
});
