import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ownerOf } from "./data-folder.ts";
import type { ExposedServices } from "./dev/expose-services.ts";
import { userPool } from "./services.ts";
import type { Stack } from "./stack.ts";

/** Where commands beside `dev` find what it runs. */
export interface RunningStack {
  readonly url: string;
  readonly cognitoEndpoint: string;
  readonly userPoolId: string;
  readonly region: string;
  readonly clientId: string;
  readonly jwks: object;
  /** Under ports that containers reach; only of `dev --services`. */
  readonly services?: ExposedServices | undefined;
}

const addressFile = (dataDir: string) => join(dataDir, "stack.json");

/**
 * Tells other commands where the stack is.
 * @returns what takes it back
 */
export async function announceStack(
  dataDir: string,
  { url, cognito }: Pick<Stack, "url" | "cognito">,
  services?: ExposedServices,
): Promise<() => Promise<void>> {
  const { endpoint: cognitoEndpoint, jwks } = cognito;
  const running: RunningStack = { url, cognitoEndpoint, jwks, ...userPool, services };
  await writeFile(addressFile(dataDir), JSON.stringify(running));
  return () => rm(addressFile(dataDir), { force: true });
}

/** The stack that runs on a data folder; undefined where none does. */
export async function findRunningStack(dataDir: string): Promise<RunningStack | undefined> {
  if ((await ownerOf(dataDir)) === undefined) return undefined;
  const text = await readFile(addressFile(dataDir), "utf8").catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as RunningStack);
}

/** The variables of functions elsewhere on this machine that use what the stack offers; none where it offers nothing. */
export function serviceVariables({
  services,
  region,
  userPoolId,
  clientId,
  jwks,
}: RunningStack): Record<string, string> {
  if (services === undefined) return {};
  return {
    AWS_REGION: region,
    AWS_ENDPOINT_URL_SQS: services.queueEndpoint,
    AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: services.cognitoEndpoint,
    DATABASE_URL: services.databaseUrl,
    QUEUE_URL: services.queueUrl,
    USER_POOL_ID: userPoolId,
    USER_POOL_CLIENT_ID: clientId,
    USER_POOL_JWKS: JSON.stringify(jwks),
    WEBSOCKET_CALLBACK_URL: services.callbackUrl,
    ...(services.momentoEndpoint !== undefined && { MOMENTO_ENDPOINT: services.momentoEndpoint }),
  };
}
