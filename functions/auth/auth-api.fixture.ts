import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CognitoIdentityProvider } from "@aws-sdk/client-cognito-identity-provider";
import { eventFor, send } from "@parley/http/testing/send";
import type { Triggers } from "@parley/local/cognito/pool";
import { startCognito } from "@parley/local/cognito/start-cognito";
import { vi } from "vitest";

export const password = "Correct-Horse-7";
const userPoolId = "eu-central-1_Parley123";
const clientId = "4h57localclient0parley0000";

/** The deployed handler in front of the Cognito stand-in, reached through the environment as everywhere else. */
export async function startAuthApi(given: {
  databaseUrl?: string;
  environment?: Record<string, string>;
  triggers?: Triggers;
}) {
  const folder = await mkdtemp(join(tmpdir(), "parley-auth-"));
  const cognito = await startCognito({
    userPoolId,
    clientId,
    region: "eu-central-1",
    dataFile: join(folder, "cognito.json"),
    onCode: () => {},
    ...given.triggers,
  });
  const environment = {
    AWS_REGION: "eu-central-1",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: cognito.endpoint,
    USER_POOL_ID: userPoolId,
    USER_POOL_CLIENT_ID: clientId,
    MAILS_PER_ADDRESS_PER_HOUR: "0",
    MAILS_PER_SOURCE_PER_HOUR: "0",
    ...given.environment,
    ...(given.databaseUrl && { DATABASE_URL: given.databaseUrl }),
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  vi.resetModules();
  const { handler } = await import("./index.ts");
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const admin = new CognitoIdentityProvider({
    region: "eu-central-1",
    endpoint: cognito.endpoint,
    credentials,
  });

  const post = (name: string, body: unknown, headers: Record<string, string> = {}, authorizer = {}) =>
    send(
      handler,
      eventFor(`POST /v1/auth/${name}`, {
        ...(body !== undefined && { body: JSON.stringify(body) }),
        headers: { ...(body !== undefined && { "content-type": "application/json" }), ...headers },
        authorizer,
      }),
    );
  const get = (path: string) => send(handler, eventFor(`GET /v1/${path}`));
  return {
    post,
    get,
    cognito,
    disable: (email: string) => admin.adminDisableUser({ UserPoolId: userPoolId, Username: email }),
    lastCode: (email: string) => cognito.mailbox(email).at(-1)?.code ?? "none",
    async signUp(email: string) {
      await post("register", { email, password });
      await post("confirm", { email, code: cognito.mailbox(email).at(-1)?.code });
    },
    async close() {
      vi.unstubAllEnvs();
      admin.destroy();
      await cognito.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What `login` and `refresh` answer. */
export interface Tokens {
  accessToken: string;
  idToken: string;
  refreshToken: string;
}
