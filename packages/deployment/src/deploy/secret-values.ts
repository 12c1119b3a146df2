import { randomBytes } from "node:crypto";
import { usableDatabaseUrl } from "@parley/settings/database-url";
import {
  DATABASE_URL,
  DIRECT_DATABASE_URL,
  OTEL_EXPORTER_OTLP_HEADERS,
  PROVIDER_KEYS,
} from "@parley/settings/definitions";
import { readSettings } from "@parley/settings/read-settings";
import { secretVariables } from "@parley/settings/secrets";
import { DeploymentError } from "../deployment-error.ts";

/** The JSON of a stage's secret, as `@parley/runtime/secrets` reads it. */
export type SecretValues = { -readonly [Key in keyof typeof secretVariables]?: string };

/** What is asked at a first deployment; for the metrics a token is generated instead. */
const questions: Readonly<Partial<Record<keyof SecretValues, string>>> = {
  databaseUrl: "URL of the Postgres that functions use",
  directDatabaseUrl: "URL of the same Postgres past its pooler, for migrations (empty: the same URL)",
  openaiApiKey: "OpenAI key (empty: none)",
  anthropicApiKey: "Anthropic key (empty: none)",
  momentoApiKey: "Momento key (empty: no cache)",
  embeddingApiKey: "Key of another embedding service (empty: OpenAI's)",
};

const keys = Object.keys(secretVariables) as (keyof SecretValues)[];
/** Loopback, link-local and the addresses of private networks. */
const hereOnly =
  /^(?:localhost|.*\.local|\[::1?\]|\[f[cde].*|0\.0\.0\.0|127\..*|10\..*|192\.168\..*|169\.254\..*|172\.(?:1[6-9]|2\d|3[01])\..*)$/i;

const wellFormed = { providerKeys: PROVIDER_KEYS, otlpHeaders: OTEL_EXPORTER_OTLP_HEADERS };

/** @throws Error that names the variable, and never the value */
function requireWellFormed(key: keyof SecretValues, given: string): void {
  const variable = secretVariables[key];
  if (key in wellFormed)
    readSettings({ [variable]: wellFormed[key as keyof typeof wellFormed] }, { [variable]: given });
}

const urls = { DATABASE_URL, DIRECT_DATABASE_URL };

function requireReachable(variable: keyof typeof urls, url: string): void {
  if (!urls[variable].schema().safeParse(url).success) {
    throw new DeploymentError(`${variable} is not a postgres:// URL.`);
  }
  const { hostname } = new URL(url);
  if (hereOnly.test(hostname)) {
    throw new DeploymentError(
      `${variable} names ${hostname}, which functions on AWS cannot reach: set it to a database with a public address.`,
    );
  }
}

function usable(variable: keyof typeof urls, given: string, say: (line: string) => void): string {
  requireReachable(variable, given);
  const { url, dropped } = usableDatabaseUrl(given);
  if (dropped.length > 0)
    say(`${variable}: ${dropped.join(" and ")} left out, which only other clients know.`);
  return url;
}

const isUrl = (key: keyof SecretValues) => key === "databaseUrl" || key === "directDatabaseUrl";

/** @returns what the secret is to hold of it */
function checked(key: keyof SecretValues, given: string, say: (line: string) => void): string {
  requireWellFormed(key, given);
  return isUrl(key) ? usable(secretVariables[key], given, say) : given;
}

/**
 * Looks at what the environment gives, before anything is asked or made.
 * @throws Error that names the variable, and never the value
 */
export function requireGivenValues(
  environment: Readonly<Record<string, string | undefined>>,
  needsDatabaseUrl: boolean,
): void {
  for (const key of keys) {
    const given = environment[secretVariables[key]]?.trim();
    if (given && (needsDatabaseUrl || !isUrl(key))) checked(key, given, () => {});
  }
}

export type Ask = (question: string) => Promise<string>;

/**
 * What the secret is to hold: the environment wins over what it holds already. Whatever is still unknown is asked for
 * once, when the secret is first made; a token for the metrics is generated.
 * @param ask undefined where nobody can answer
 * @throws DeploymentError that names the variable of a missing or malformed value, and never the value
 */
export async function gatherSecretValues(options: {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly present: SecretValues | undefined;
  readonly needsDatabaseUrl: boolean;
  readonly ask: Ask | undefined;
  readonly say: (line: string) => void;
}): Promise<SecretValues> {
  const { environment, present, needsDatabaseUrl, ask, say } = options;
  const values: SecretValues = { ...present };
  for (const key of keys) {
    // A cluster of its own has its URL from its own secret.
    if (isUrl(key) && !needsDatabaseUrl) continue;
    const variable = secretVariables[key];
    const question = questions[key];
    const asked = present === undefined && question !== undefined ? ask : undefined;
    const given = environment[variable]?.trim() || values[key] || (await asked?.(`${question}: `))?.trim();
    if (given) values[key] = checked(key, given, say);
  }
  if (needsDatabaseUrl && values.databaseUrl === undefined) {
    throw new DeploymentError(
      "DATABASE_URL is not set: export the URL of a Postgres, or set database of the stage to aurora in parley.config.ts.",
    );
  }
  return { ...values, metricsToken: values.metricsToken ?? randomBytes(24).toString("base64url") };
}
