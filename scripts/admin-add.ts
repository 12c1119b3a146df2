import { addPerson } from "@parley/deployment/admin/add-person";
import { requireEmail } from "@parley/deployment/admin/require-email";
import { stackOutput } from "@parley/deployment/admin/stack-output";
import { awsClients, localUserPools, profileRegion } from "@parley/deployment/aws-clients";
import { readCommandLine } from "@parley/deployment/command-line";
import { DeploymentError, explainAwsError } from "@parley/deployment/deployment-error";
import { resolveRegion } from "@parley/deployment/region";
import { runCommand } from "@parley/deployment/terminal";
import { resolveDataDir } from "@parley/local/data-folder";
import { findRunningStack } from "@parley/local/running-stack";
import { loadVariables, readSettings } from "@parley/local/settings";
import { loadStage } from "../infra/own-stages.ts";

const usage = `
pnpm admin:add <e-mail> [options]

Makes somebody an admin: of what \`pnpm dev\` runs, or of a deployed stage. Who has no account yet gets one.

  --stage <name>     the deployed stage, such as dev or prod; absent: the local stack
  --region <region>  of the stage; absent: the stage's own, else that of your AWS profile
  --member           lets somebody sign in without making an admin of them`;

/** The user pool of the stack that `dev` runs. */
async function localPool() {
  const settings = readSettings(await loadVariables(new URL("../.env", import.meta.url)));
  const running = await findRunningStack(resolveDataDir(settings.DATA_DIR));
  if (running === undefined) {
    throw new DeploymentError(
      "Nothing runs here: start `npx -y pnpm@12 dev`, or name a deployed stage with --stage.",
    );
  }
  const { region, userPoolId, cognitoEndpoint } = running;
  return { client: localUserPools(region, cognitoEndpoint), region, userPoolId };
}

async function deployedPool(stageName: string, givenRegion: string | undefined) {
  const stage = await loadStage(stageName, { region: givenRegion });
  const { region, source } = await resolveRegion(stage.region, process.env, profileRegion);
  console.log(`AWS: region ${region} (${source}).`);
  const { stacks, userPools: client } = awsClients(region);
  try {
    return {
      client,
      region,
      userPoolId: await stackOutput(stacks, `Parley-${stage.name}-Auth`, "UserPoolId"),
    };
  } catch (error) {
    throw error instanceof DeploymentError ? error : explainAwsError(error, region);
  }
}

await runCommand(async () => {
  const { positionals, values } = readCommandLine({
    usage,
    maxPositionals: 1,
    options: {
      stage: { type: "string" },
      region: { type: "string" },
      member: { type: "boolean", default: false },
    },
  });
  const [given] = positionals;
  if (given === undefined) throw new DeploymentError("Say whom: pnpm admin:add <e-mail>; --help says more.");
  const email = requireEmail(given);
  if (values.region !== undefined && values.stage === undefined)
    throw new DeploymentError("--region is that of a deployed stage: name one with --stage.");
  const { client, region, userPoolId } =
    values.stage === undefined ? await localPool() : await deployedPool(values.stage, values.region);
  const outcome = await addPerson({ client, userPoolId, email, isAdmin: !values.member }).catch(
    (error: unknown) => {
      throw error instanceof DeploymentError ? error : explainAwsError(error, region);
    },
  );
  const role = values.member ? "may sign in" : "is an admin, from the next sign-in on";
  console.log(`${email} ${outcome === "invited" ? "is invited and " : ""}${role}.`);
  if (outcome === "invited") {
    console.log(
      "To set a password: POST /v1/auth/forgot-password, then /v1/auth/reset-password with the code.",
    );
  }
});
