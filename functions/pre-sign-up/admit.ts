import { isSignUpPass } from "@parley/identity/sign-up-pass";
import type { PreSignUpTriggerEvent } from "aws-lambda";

interface Admission {
  /** Of the addresses that may sign up; undefined: all. */
  domains: readonly string[] | undefined;
  /** The captcha's key, of which the API makes its passes; undefined where there is no captcha. */
  readCaptchaSecret: (() => Promise<string>) | undefined;
}

/**
 * Creates the handler of Cognito's PreSignUp trigger: strangers must not spend the owner's model budget, nor the mails
 * without the captcha. It is also asked about people who come from a social provider, whom a pool that is closed to
 * sign-ups would let in; they are mailed nothing.
 * @throws Error whose message Cognito hands on to whoever signs up
 */
export function admitToSignUp({ domains, readCaptchaSecret }: Admission) {
  return async (event: PreSignUpTriggerEvent): Promise<PreSignUpTriggerEvent> => {
    if (event.triggerSource === "PreSignUp_AdminCreateUser") return event;
    const { email = "" } = event.request.userAttributes;
    const domain = email.toLowerCase().split("@").at(-1) ?? "";
    if (domains !== undefined && !domains.includes(domain)) {
      throw new Error(
        domains.length === 0
          ? "Sign-up is by invitation only"
          : "Sign-up is open to addresses of certain domains only",
      );
    }
    if (readCaptchaSecret === undefined || event.triggerSource === "PreSignUp_ExternalProvider") return event;
    const { pass } = event.request.clientMetadata ?? {};
    if (!isSignUpPass(await readCaptchaSecret(), email, pass)) {
      throw new Error("Sign up through the API, which asks for a captcha");
    }
    return event;
  };
}
