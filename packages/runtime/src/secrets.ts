import { isDeepStrictEqual } from "node:util";
import { secretVariables } from "@parley/settings/secrets";
import * as z from "zod/mini";
import { describeError } from "./describe-error.ts";
import { environmentVariable } from "./environment.ts";
import { logger } from "./logger.ts";

// Made where a secret is read: an environment that has its secrets in variables starts without it.
const secretsSchema = () =>
  z.object({
    databaseUrl: z.optional(z.string()),
    /** Past any pooler, for migrations. */
    directDatabaseUrl: z.optional(z.string()),
    openaiApiKey: z.optional(z.string()),
    anthropicApiKey: z.optional(z.string()),
    momentoApiKey: z.optional(z.string()),
    /** Of whoever scrapes `/metrics`. */
    metricsToken: z.optional(z.string()),
    embeddingApiKey: z.optional(z.string()),
    /** Of whoever checks the answers of a captcha. */
    captchaSecret: z.optional(z.string()),
    /** Of whoever takes traces and metrics. */
    otlpHeaders: z.optional(z.string()),
    /** Of the providers that a deployment names, as the JSON of an object by name. */
    providerKeys: z.optional(z.string()),
  });

export type Secrets = z.infer<ReturnType<typeof secretsSchema>>;

/** As RDS keeps the master user of a cluster. */
const clusterSchema = () =>
  z.object({
    host: z.string(),
    port: z.number(),
    dbname: z.string(),
    username: z.string(),
    password: z.string(),
  });

async function fetchSecret<S extends z.ZodMiniType>(variable: string, schema: S): Promise<z.output<S>> {
  const SecretId = environmentVariable(variable);
  const { SecretsManagerClient, GetSecretValueCommand } = await import("@aws-sdk/client-secrets-manager");
  const client = new SecretsManagerClient({
    requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000 },
  });
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId }));
  try {
    return schema.parse(JSON.parse(SecretString ?? ""));
  } catch {
    // A parse error's message quotes its input.
    throw new Error(`The secret named by ${variable} is not a JSON object of the expected strings.`);
  }
}

async function fetchCluster(): Promise<Secrets> {
  const { host, port, dbname, username, password } = await fetchSecret("DATABASE_SECRET_ID", clusterSchema());
  const user = `${encodeURIComponent(username)}:${encodeURIComponent(password)}`;
  const databaseUrl = `postgres://${user}@${host}:${port}/${dbname}?sslmode=verify-full`;
  // A stage that had a database by URL before may still have that one's direct URL in its secret.
  return { databaseUrl, directDatabaseUrl: databaseUrl };
}

const secretIds = ["SECRET_ID", "DATABASE_SECRET_ID"];

async function readSecrets(): Promise<Secrets> {
  const [secrets, cluster] = await Promise.all([
    environmentVariable("SECRET_ID") === undefined ? {} : fetchSecret("SECRET_ID", secretsSchema()),
    environmentVariable("DATABASE_SECRET_ID") === undefined ? {} : fetchCluster(),
  ]);
  const plain = Object.entries<string>(secretVariables)
    .map(([key, name]) => [key, environmentVariable(name)] as const)
    .filter(([, value]) => value !== undefined);
  return { ...secrets, ...cluster, ...Object.fromEntries(plain) };
}

/** A value that is wrong, and not rotated, is refused at every request: its secret is not asked for at each. */
const refreshMillis = 10_000;

let cached: Promise<Secrets> | undefined;
let refreshing: Promise<void> | undefined;
let askedAt = Number.NEGATIVE_INFINITY;

/**
 * The deployment's secrets: plain variables, else the JSON of one Secrets Manager secret (`SECRET_ID`) and, where the
 * database is a cluster of ours, of that cluster's (`DATABASE_SECRET_ID`); fetched once per environment, and again by
 * `refreshSecrets`. A failed fetch is tried again at the next call.
 */
export function loadSecrets(): Promise<Secrets> {
  cached ??= readSecrets().catch((error: unknown) => {
    cached = undefined;
    throw error;
  });
  return cached;
}

/** Keeps the present object where nothing has changed, so that it tells by itself whether something has. */
async function fetchAgain(): Promise<void> {
  const before = await loadSecrets();
  const fresh = await readSecrets();
  if (!isDeepStrictEqual(fresh, before)) cached = Promise.resolve(fresh);
}

/**
 * Fetches the secrets again, for one of them was refused and may have been rotated; at most every 10 s, and one fetch
 * for all that ask meanwhile. `loadSecrets` then answers what they are now: another object if they have changed. While
 * Secrets Manager does not answer, they stay as they were. Never rejects.
 */
export async function refreshSecrets(): Promise<void> {
  const isPlain = secretIds.every((name) => environmentVariable(name) === undefined);
  if (isPlain) return;
  if (refreshing === undefined && performance.now() - askedAt >= refreshMillis) {
    askedAt = performance.now();
    refreshing = fetchAgain()
      .catch((error: unknown) => logger.warn("secrets not fetched again", { error: describeError(error) }))
      .finally(() => {
        refreshing = undefined;
      });
  }
  await refreshing;
}

/**
 * Where the database is.
 * @throws Error with one sentence when neither a variable nor the secret says it.
 */
export async function loadDatabaseUrl(): Promise<string> {
  const { databaseUrl } = await loadSecrets();
  if (databaseUrl === undefined) throw new Error(missingUrl());
  return databaseUrl;
}

/** Where the database is for what a transaction pooler would break. @throws as `loadDatabaseUrl` */
export async function loadDirectDatabaseUrl(): Promise<string> {
  const { directDatabaseUrl } = await loadSecrets();
  return directDatabaseUrl ?? loadDatabaseUrl();
}

/** The key that answers of the captcha are checked with. @throws Error when there is none */
export async function loadCaptchaSecret(): Promise<string> {
  const { captchaSecret } = await loadSecrets();
  if (captchaSecret === undefined) throw new Error("CAPTCHA is set, and CAPTCHA_SECRET is not.");
  return captchaSecret;
}

function missingUrl(): string {
  const secretId = environmentVariable("SECRET_ID");
  if (secretId === undefined) return "DATABASE_URL is not set.";
  return `DATABASE_URL is not set, and the secret ${secretId} has no databaseUrl: set it with \`pnpm run deploy\`.`;
}
