import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { DeploymentError, explainAwsError } from "../deployment-error.ts";
import { checkDatabase } from "./check-database.ts";
import { type Ask, describeValues, gatherSecretValues, type SecretValues } from "./secret-values.ts";
import { readStageSecret, writeStageSecret } from "./stage-secret.ts";

export interface DeployOptions {
  readonly stage: { readonly name: string; readonly secretName: string; readonly database: "url" | "aurora" };
  readonly region: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly client: Pick<SecretsManagerClient, "send">;
  /** Undefined where nobody can answer. */
  readonly ask: Ask | undefined;
  readonly say: (line: string) => void;
  /** Runs a program to its end and answers its exit code. */
  readonly run: (program: string, argumentList: readonly string[]) => Promise<number>;
  readonly check?: (values: SecretValues) => Promise<string[]>;
}

/**
 * Deploys a stage: checks what it is given, writes the stage's secret, bundles, and has CDK do the rest.
 * @throws DeploymentError with one sentence
 */
export async function deploy(options: DeployOptions): Promise<void> {
  const { stage, say, run } = options;
  const secretVersion = await prepareSecret(options);
  say("Bundling the functions.");
  await succeed(run("node", ["scripts/build.ts"]), "The functions do not bundle; the lines above say why.");
  say("Deploying. Migrations run first; nothing new serves before they are done.");
  await succeed(
    run("cdk", ["deploy", "--all", "--require-approval", "never", ...contextOf(options, secretVersion)]),
    `The deployment of ${stage.name} failed; the lines above say where, and what ran before goes on running.`,
  );
}

function contextOf({ stage, region }: DeployOptions, secretVersion: string | undefined): string[] {
  const context = {
    stage: stage.name,
    database: stage.database,
    ...(region && { region }),
    ...(secretVersion && { secretVersion }),
  };
  return Object.entries(context).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

async function succeed(run: Promise<number>, sentence: string): Promise<void> {
  if ((await run) !== 0) throw new DeploymentError(sentence);
}

/** Answers the version of the secret, by which the functions tell that it has changed. */
async function prepareSecret(options: DeployOptions): Promise<string | undefined> {
  const { stage, client, region, say, check = checkDatabase } = options;
  const inAws = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw error instanceof DeploymentError ? error : explainAwsError(error, region);
    }
  };
  const present = await inAws(readStageSecret(client, stage.secretName));
  const values = await gatherSecretValues({
    environment: options.environment,
    present: present?.values,
    needsDatabaseUrl: stage.database === "url",
    ask: options.ask,
  });
  if (stage.database === "url") for (const line of await check(values)) say(line);
  const { METRICS_TOKEN } = options.environment;
  const isTokenNew = ![present?.values.metricsToken, METRICS_TOKEN?.trim()].includes(values.metricsToken);
  for (const line of describeValues(values, isTokenNew)) say(line);
  const { done, version } = await inAws(writeStageSecret(client, stage.secretName, present, values));
  say(`Secret ${stage.secretName}: ${done}.`);
  return version;
}
