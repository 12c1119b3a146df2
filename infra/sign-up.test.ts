import { expect, test } from "vitest";
import { functionOf, synthesise } from "./testing/synthesise.ts";

test.each(["open", "domains"] as const)(
  "a captcha is asked for at the pool's own endpoint, too: %s",
  async (signUp) => {
    const made = await synthesise("dev", {
      stages: {
        dev: {
          signUp,
          signUpDomains: ["example.com"],
          captcha: { provider: "turnstile", siteKey: "0x4AAA" },
        },
      },
    });
    const [pool] = made.ofType("AWS::Cognito::UserPool");
    expect(pool?.Properties).toMatchObject({ LambdaConfig: { PreSignUp: expect.anything() } });
    const trigger = made
      .ofType("AWS::Lambda::Function")
      .find((each) => functionOf(each.Properties) === "pre-sign-up");
    expect(trigger?.Properties).toMatchObject({
      Environment: {
        Variables: { SIGN_UP: signUp, CAPTCHA: "turnstile", SECRET_ID: expect.anything() },
      },
    });
  },
);
