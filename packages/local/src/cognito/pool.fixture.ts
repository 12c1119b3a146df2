import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CognitoIdentityProvider } from "@aws-sdk/client-cognito-identity-provider";
import type { Triggers } from "./pool.ts";
import { startCognito } from "./start-cognito.ts";

export const userPoolId = "eu-central-1_Parley123";
export const ClientId = "4h57localclient0parley0000";
export const Password = "Correct-Horse-7";

/** A pool on a free port with the real SDK in front of it and a clock that tests move. */
export async function startTestPool({ dataFile: given, ...triggers }: Triggers & { dataFile?: string } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "parley-cognito-"));
  const dataFile = given ?? join(folder, "pool", "cognito.json");
  const time = { now: Date.now() };
  const cognito = await startCognito({
    userPoolId,
    clientId: ClientId,
    region: "eu-central-1",
    groups: ["admin"],
    dataFile,
    onCode: () => {},
    clock: () => time.now,
    ...triggers,
  });
  const client = new CognitoIdentityProvider({
    region: "eu-central-1",
    endpoint: cognito.endpoint,
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });
  const lastCode = (email: string) => cognito.mailbox(email).at(-1)?.code ?? "none";
  return {
    cognito,
    client,
    dataFile,
    lastCode,
    advance(milliseconds: number) {
      time.now += milliseconds;
    },
    async register(email: string) {
      await client.signUp({ ClientId, Username: email, Password });
      await client.confirmSignUp({ ClientId, Username: email, ConfirmationCode: lastCode(email) });
    },
    async signIn(email: string, password = Password) {
      const answer = await client.initiateAuth({
        ClientId,
        AuthFlow: "USER_PASSWORD_AUTH",
        AuthParameters: { USERNAME: email, PASSWORD: password },
      });
      const { AccessToken = "", IdToken = "", RefreshToken = "" } = answer.AuthenticationResult ?? {};
      return { AccessToken, IdToken, RefreshToken };
    },
    refresh: (token: string) =>
      client.initiateAuth({
        ClientId,
        AuthFlow: "REFRESH_TOKEN_AUTH",
        AuthParameters: { REFRESH_TOKEN: token },
      }),
    async close() {
      client.destroy();
      await cognito.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
