import { randomBytes } from "node:crypto";
import * as z from "zod";
import { DeploymentError } from "../deployment-error.ts";

/** The JSON of a stage's secret, as `@parley/runtime/secrets` reads it. */
export interface SecretValues {
  databaseUrl?: string;
  directDatabaseUrl?: string;
  openaiApiKey?: string;
  anthropicApiKey?: string;
  momentoApiKey?: string;
  embeddingApiKey?: string;
  metricsToken?: string;
}

interface Entry {
  readonly variable: string;
  /** Without it nobody is asked: a token is generated. */
  readonly question?: string;
}

/** Where each value comes from, and how it is asked for at a first deployment. */
const entries: Readonly<Record<keyof SecretValues, Entry>> = {
  databaseUrl: { variable: "DATABASE_URL", question: "URL of the Postgres that functions use" },
  directDatabaseUrl: {
    variable: "DIRECT_DATABASE_URL",
    question: "URL of the same Postgres past its pooler, for migrations (empty: the same URL)",
  },
  openaiApiKey: { variable: "OPENAI_API_KEY", question: "OpenAI key (empty: none)" },
  anthropicApiKey: { variable: "ANTHROPIC_API_KEY", question: "Anthropic key (empty: none)" },
  momentoApiKey: { variable: "MOMENTO_API_KEY", question: "Momento key (empty: no cache)" },
  embeddingApiKey: {
    variable: "EMBEDDING_API_KEY",
    question: "Key of another embedding service (empty: OpenAI's)",
  },
  metricsToken: { variable: "METRICS_TOKEN" },
};

const keys = Object.keys(entries) as (keyof SecretValues)[];
const databaseUrl = z.url({ protocol: /^postgres(ql)?$/ });
/** Loopback, link-local and the addresses of private networks. */
const hereOnly =
  /^(?:localhost|.*\.local|\[::1?\]|\[f[cde].*|0\.0\.0\.0|127\..*|10\..*|192\.168\..*|169\.254\..*|172\.(?:1[6-9]|2\d|3[01])\..*)$/i;

function requireReachable(variable: string, url: string): void {
  if (!databaseUrl.safeParse(url).success) throw new DeploymentError(`${variable} is not a postgres:// URL.`);
  const { hostname } = new URL(url);
  if (hereOnly.test(hostname)) {
    throw new DeploymentError(
      `${variable} names ${hostname}, which functions on AWS cannot reach: set it to a database with a public address.`,
    );
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
}): Promise<SecretValues> {
  const { environment, present, needsDatabaseUrl, ask } = options;
  const values: SecretValues = { ...present };
  for (const key of keys) {
    const isUrl = key === "databaseUrl" || key === "directDatabaseUrl";
    // A cluster of its own has its URL from its own secret.
    if (isUrl && !needsDatabaseUrl) continue;
    const { variable, question } = entries[key];
    const asked = present === undefined && question !== undefined ? ask : undefined;
    const given = environment[variable]?.trim() || values[key] || (await asked?.(`${question}: `))?.trim();
    if (given) values[key] = given;
    if (isUrl && given) requireReachable(variable, given);
  }
  if (needsDatabaseUrl && values.databaseUrl === undefined) {
    throw new DeploymentError(
      "DATABASE_URL is not set: export the URL of a Postgres, or set database of the stage to aurora in infra/stages.ts.",
    );
  }
  return { ...values, metricsToken: values.metricsToken ?? randomBytes(24).toString("base64url") };
}

/**
 * What the deployment will run with, for people; no value itself.
 * @param isTokenNew whether the token of the metrics was generated just now
 */
export function describeValues(values: SecretValues, isTokenNew: boolean): string[] {
  const providers = [
    ...(values.openaiApiKey === undefined ? [] : ["OpenAI"]),
    ...(values.anthropicApiKey === undefined ? [] : ["Anthropic"]),
  ];
  return [
    providers.length === 0
      ? "Models: no key is set, so the offline scripted model answers."
      : `Models: ${providers.join(" and ")}.`,
    values.momentoApiKey === undefined
      ? "Cache: no Momento key is set, so there is none."
      : "Cache: Momento.",
    isTokenNew
      ? "Metrics: a token for GET /metrics was generated; it is metricsToken in the secret."
      : "Metrics: GET /metrics is for who has the secret's metricsToken.",
  ];
}
