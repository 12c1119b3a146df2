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
  readonly question: string;
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
  metricsToken: { variable: "METRICS_TOKEN", question: "Token for GET /metrics (empty: closed)" },
};

const keys = Object.keys(entries) as (keyof SecretValues)[];
const databaseUrl = z.url({ protocol: /^postgres(ql)?$/ });

export type Ask = (question: string) => Promise<string>;

/**
 * What the secret is to hold: the environment wins over what it holds already. Whatever is still unknown is asked for
 * once, when the secret is first made.
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
    const { variable, question } = entries[key];
    const asked = present === undefined && (needsDatabaseUrl || !isUrl) ? ask : undefined;
    const given = environment[variable]?.trim() || values[key] || (await asked?.(`${question}: `))?.trim();
    if (given) values[key] = given;
    if (isUrl && given && !databaseUrl.safeParse(given).success) {
      throw new DeploymentError(`${variable} is not a postgres:// URL.`);
    }
  }
  if (needsDatabaseUrl && values.databaseUrl === undefined) {
    throw new DeploymentError(
      "DATABASE_URL is not set: export the URL of a Postgres, or set database of the stage to aurora in infra/stages.ts.",
    );
  }
  return values;
}

/** What the deployment will run with, for people. */
export function describeValues(values: SecretValues): string[] {
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
  ];
}
