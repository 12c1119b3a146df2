import * as z from "zod";
import { environmentVariable } from "./environment.ts";

const secretsSchema = z.object({
  databaseUrl: z.string().optional(),
  openaiApiKey: z.string().optional(),
  anthropicApiKey: z.string().optional(),
  momentoApiKey: z.string().optional(),
});

export type Secrets = z.infer<typeof secretsSchema>;

const variables: Record<keyof Secrets, string> = {
  databaseUrl: "DATABASE_URL",
  openaiApiKey: "OPENAI_API_KEY",
  anthropicApiKey: "ANTHROPIC_API_KEY",
  momentoApiKey: "MOMENTO_API_KEY",
};

async function fetchSecret(secretId: string): Promise<Secrets> {
  const { SecretsManagerClient, GetSecretValueCommand } = await import("@aws-sdk/client-secrets-manager");
  const { SecretString } = await new SecretsManagerClient().send(
    new GetSecretValueCommand({ SecretId: secretId }),
  );
  try {
    return secretsSchema.parse(JSON.parse(SecretString ?? ""));
  } catch {
    // A parse error's message quotes its input.
    throw new Error("The secret named by SECRET_ID is not a JSON object of strings.");
  }
}

async function readSecrets(): Promise<Secrets> {
  const secretId = environmentVariable("SECRET_ID");
  const secrets = secretId === undefined ? {} : await fetchSecret(secretId);
  const plain = Object.entries(variables)
    .map(([key, name]) => [key, environmentVariable(name)] as const)
    .filter(([, value]) => value !== undefined);
  return secretsSchema.parse({ ...secrets, ...Object.fromEntries(plain) });
}

let cached: Promise<Secrets> | undefined;

/**
 * The deployment's secrets: plain variables, else the JSON of one Secrets Manager secret (`SECRET_ID`), fetched
 * once per environment. A failed fetch is tried again at the next call.
 */
export function loadSecrets(): Promise<Secrets> {
  cached ??= readSecrets().catch((error: unknown) => {
    cached = undefined;
    throw error;
  });
  return cached;
}

/** Makes the next `loadSecrets` fetch again: a refused password may have been rotated. */
export function forgetSecrets(): void {
  cached = undefined;
}

/**
 * Where the database is.
 * @throws Error with one sentence when neither a variable nor the secret says it.
 */
export async function loadDatabaseUrl(): Promise<string> {
  const { databaseUrl } = await loadSecrets();
  if (databaseUrl === undefined) throw new Error("DATABASE_URL is not set.");
  return databaseUrl;
}
