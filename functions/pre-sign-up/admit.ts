import type { PreSignUpTriggerEvent } from "aws-lambda";

/**
 * Creates the handler of Cognito's PreSignUp trigger: strangers must not spend the owner's model budget. It is also
 * asked about people who come from a social provider, whom a pool that is closed to sign-ups would let in.
 * @throws Error whose message Cognito hands on to whoever signs up
 */
export function admitToSignUp(allowedDomains: readonly string[]) {
  return async (event: PreSignUpTriggerEvent): Promise<PreSignUpTriggerEvent> => {
    if (event.triggerSource === "PreSignUp_AdminCreateUser") return event;
    const domain = event.request.userAttributes.email?.toLowerCase().split("@").at(-1) ?? "";
    if (allowedDomains.includes(domain)) return event;
    throw new Error(
      allowedDomains.length === 0
        ? "Sign-up is by invitation only"
        : "Sign-up is open to addresses of certain domains only",
    );
  };
}
