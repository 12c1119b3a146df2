import type { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import type { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { requireEmail } from "../admin/require-email.ts";
import { findStackOutput } from "../admin/stack-output.ts";
import { DeploymentError, explainAwsError } from "../deployment-error.ts";
import type { ResolvedRegion } from "../region.ts";
import { checkAccount } from "./check-account.ts";
import { checkDatabase } from "./check-database.ts";
import { describeDeployment } from "./describe-deployment.ts";
import { describeValues, type StageModels } from "./describe-values.ts";
import { type Ask, gatherSecretValues, requireGivenValues, type SecretValues } from "./secret-values.ts";
import { readStageSecret, type StoredSecret, writeStageSecret } from "./stage-secret.ts";

export interface DeployOptions {
  readonly stage: {
    readonly name: string;
    readonly secretName: string;
    readonly database: "url" | "aurora";
    readonly alarmEmail?: string | undefined;
    readonly models?: StageModels | undefined;
  };
  readonly region: ResolvedRegion;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clients: {
    readonly secrets: Pick<SecretsManagerClient, "send">;
    readonly stacks: Pick<CloudFormationClient, "send">;
    readonly userPools: Pick<CognitoIdentityProviderClient, "send">;
  };
  /** Undefined where nobody can answer. */
  readonly ask: Ask | undefined;
  readonly say: (line: string) => void;
  /** Runs a program to its end and answers its exit code. */
  readonly run: (program: string, argumentList: readonly string[]) => Promise<number>;
  readonly check?: (values: SecretValues) => Promise<string[]>;
}

/**
 * Deploys a stage: checks what it is given, writes the stage's secret, bundles, has CDK do the rest, and says what there
 * is then.
 * @throws DeploymentError with one sentence
 */
export async function deploy(options: DeployOptions): Promise<void> {
  const { stage, region, clients, say, run } = options;
  const inAws = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw error instanceof DeploymentError ? error : explainAwsError(error, region.region);
    }
  };
  requireGivenValues(options.environment, stage.database === "url");
  const givenAlarmEmail = options.environment.ALARM_EMAIL?.trim();
  if (givenAlarmEmail) requireEmail(givenAlarmEmail);
  const isToBootstrap = await inAws(checkAccount({ ...options, client: clients.stacks, ...region }));
  const present = await inAws(readStageSecret(clients.secrets, stage.secretName));
  const values = await gatherValues(options, present);
  const emails = await gatherEmails(options, present === undefined, inAws);
  const { done, version } = await inAws(writeStageSecret(clients.secrets, stage.secretName, present, values));
  say(`Secret ${stage.secretName}: ${done}.`);
  say("Bundling the functions.");
  await succeed(run("node", ["scripts/build.ts"]), "The functions do not bundle; the lines above say why.");
  const natImageId = await inAws(
    findStackOutput(clients.stacks, `Parley-${stage.name}-Database`, "NatImageId"),
  );
  const context = contextOf(options, { secretVersion: version, alarmEmail: emails.alarm, natImageId });
  if (isToBootstrap) {
    say("Bootstrapping CDK.");
    await succeed(
      run("cdk", ["bootstrap", ...context]),
      "CDK was not bootstrapped; the lines above say why.",
    );
  }
  say("Deploying. Migrations run first; nothing new serves before they are done.");
  await succeed(
    run("cdk", ["deploy", "--all", "--require-approval", "never", ...context]),
    `The deployment of ${stage.name} failed; the lines above say where, and what ran before goes on running.`,
  );
  const described = {
    stageName: stage.name,
    models: stage.models,
    values,
    alarmEmail: emails.alarm,
    adminEmail: emails.admin,
  };
  for (const line of await inAws(describeDeployment({ ...clients, ...described }))) say(line);
}

function contextOf(
  { stage, region }: DeployOptions,
  found: Readonly<Record<"secretVersion" | "alarmEmail" | "natImageId", string | undefined>>,
): string[] {
  const context = {
    stage: stage.name,
    database: stage.database,
    region: region.region,
    ...found,
  };
  return Object.entries(context).flatMap(([name, value]) => (value ? ["-c", `${name}=${value}`] : []));
}

async function succeed(run: Promise<number>, sentence: string): Promise<void> {
  if ((await run) !== 0) throw new DeploymentError(sentence);
}

/** What the secret is to hold, with the database tried. */
async function gatherValues(
  { stage, environment, ask, say, check = checkDatabase }: DeployOptions,
  present: StoredSecret | undefined,
): Promise<SecretValues> {
  const values = await gatherSecretValues({
    environment,
    present: present?.values,
    needsDatabaseUrl: stage.database === "url",
    ask,
    say,
  });
  if (stage.database === "url") for (const line of await check(values)) say(line);
  const known = [present?.values.metricsToken, environment.METRICS_TOKEN?.trim()];
  for (const line of describeValues(values, !known.includes(values.metricsToken), stage.models)) say(line);
  return values;
}

/**
 * Who is told of alarms, and who becomes the first admin: asked for at the first deployment. A later one goes on with
 * the address that is deployed, so that no file has to keep it.
 */
async function gatherEmails(
  { stage, environment, clients, ask }: DeployOptions,
  isFirst: boolean,
  inAws: <T>(work: Promise<T>) => Promise<T>,
): Promise<{ alarm: string | undefined; admin: string | undefined }> {
  const observability = `Parley-${stage.name}-Observability`;
  const asked = async (question: string) => {
    const answer = isFirst ? (await ask?.(question))?.trim() : undefined;
    return answer ? requireEmail(answer) : undefined;
  };
  const alarm =
    stage.alarmEmail ||
    environment.ALARM_EMAIL?.trim() ||
    (await inAws(findStackOutput(clients.stacks, observability, "AlarmEmail"))) ||
    (await asked("E-mail address that alarms go to (empty: nobody is told): "));
  const admin = await asked("E-mail address of the first admin (empty: none yet): ");
  return { alarm, admin };
}
