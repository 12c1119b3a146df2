import { stackOutput } from "@parley/deployment/admin/stack-output";
import { awsClients, checkClients, localUserPools, profileRegion } from "@parley/deployment/aws-clients";
import { type CheckedDeployment, checkDeployment } from "@parley/deployment/check/check-deployment";
import { addressOption, readCommandLine } from "@parley/deployment/command-line";
import { readStageSecret } from "@parley/deployment/deploy/stage-secret";
import { DeploymentError, explainAwsError } from "@parley/deployment/deployment-error";
import { resolveRegion } from "@parley/deployment/region";
import { runCommand } from "@parley/deployment/terminal";
import { resolveDataDir } from "@parley/local/data-folder";
import { findRunningStack } from "@parley/local/running-stack";
import { loadVariables, readSettings } from "@parley/local/settings";
import { loadStage } from "../infra/own-stages.ts";

const usage = `
pnpm deploy:check [stage] [options]

Verifies a deployment from outside, a line a step: health, the pages, a conversation of a throw-away user, push, who is
told of alarms, log groups, and what it costs while nobody talks. It changes nothing but that user, whom it deletes.
Exit code 1 where a step fails.

  <stage>            such as dev or prod; local: what \`pnpm dev\` runs
  --url <address>    of the API, in place of the stage's own; without a stage: what can be verified without AWS
  --region <region>  instead of the stage's own`;

/** The stack that `dev` runs. */
async function localDeployment(): Promise<CheckedDeployment> {
  const settings = readSettings(await loadVariables(new URL("../.env", import.meta.url)));
  const running = await findRunningStack(resolveDataDir(settings.DATA_DIR));
  if (running === undefined)
    throw new DeploymentError("Nothing runs here: start `npx -y pnpm@12 dev`, or name a deployed stage.");
  const { url, region, userPoolId, cognitoEndpoint } = running;
  const userPool = { client: localUserPools(region, cognitoEndpoint), userPoolId };
  return { url, metricsToken: settings.METRICS_TOKEN, userPool, aws: undefined };
}

async function deployedStage(name: string, givenRegion: string | undefined): Promise<CheckedDeployment> {
  const stage = await loadStage(name, { region: givenRegion });
  const { region, source } = await resolveRegion(stage.region, process.env, profileRegion);
  console.log(`AWS: region ${region} (${source}).`);
  const { stacks, secrets, userPools } = awsClients(region);
  try {
    const generated = await stackOutput(stacks, `Parley-${name}-Api`, "Url");
    const userPoolId = await stackOutput(stacks, `Parley-${name}-Auth`, "UserPoolId");
    const secret = await readStageSecret(secrets, stage.secretName);
    return {
      // The generated address is off where there is another one.
      url: stage.domain === undefined ? generated.replace(/\/$/, "") : `https://${stage.domain.name}`,
      metricsToken: secret?.values.metricsToken,
      userPool: { client: userPools, userPoolId },
      aws: { stage: name, clients: checkClients(region), region },
    };
  } catch (error) {
    throw error instanceof DeploymentError ? error : explainAwsError(error, region);
  }
}

await runCommand(async () => {
  const { positionals, values } = readCommandLine({
    usage,
    maxPositionals: 1,
    options: { url: { type: "string" }, region: { type: "string" } },
  });
  const [name] = positionals;
  const url = values.url === undefined ? undefined : addressOption("url", values.url);
  if (name === undefined && url === undefined)
    throw new DeploymentError("Say what: pnpm deploy:check <stage>, or --url; --help says more.");
  if (values.region !== undefined && (name === undefined || name === "local"))
    throw new DeploymentError("--region is that of a deployed stage: name one.");
  const found =
    name === undefined
      ? { userPool: undefined, aws: undefined }
      : await (name === "local" ? localDeployment() : deployedStage(name, values.region));
  const checked = { ...found, ...(url !== undefined && { url }) } as CheckedDeployment;
  const failures = await checkDeployment(checked, console.log);
  if (failures === 0) return;
  throw new DeploymentError(`${failures} of the steps ${failures === 1 ? "has" : "have"} failed.`);
});
