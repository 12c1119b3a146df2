import { expect, test } from "vitest";
import { register } from "./register.ts";

type Pool = Parameters<typeof register>[0];
type Input = Parameters<ReturnType<typeof register>>[0];

test.each([
  // A pool that is closed to sign-ups, and the PreSignUp trigger.
  ["NotAuthorizedException", "SignUp is not permitted for this user pool"],
  ["UserLambdaValidationException", "PreSignUp failed with error Sign-up is by invitation only."],
])("a pool that refuses with %s is a 403 without its words", async (name, message) => {
  const send = async () => {
    throw Object.assign(new Error(message), { name, $metadata: { httpStatusCode: 400 } });
  };
  const operation = register(
    { client: { send } as unknown as Pool["client"], clientId: "c" } as Pool,
    async () => {},
    async () => undefined,
  );
  const body = { email: "ada@example.com", password: "Correct-Horse-7" };
  await expect(operation({ body } as Input)).rejects.toMatchObject({
    type: "forbidden",
    options: { detail: "Sign-up is not open to this address: ask for an invitation." },
  });
});
