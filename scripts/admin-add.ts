import { parseArgs } from "node:util";
import { addPerson } from "@parley/deployment/admin/add-person";
import { stackOutput } from "@parley/deployment/admin/stack-output";
import { awsClients } from "@parley/deployment/aws-clients";
import { DeploymentError, explainAwsError } from "@parley/deployment/deployment-error";
import { runCommand } from "@parley/deployment/terminal";
import { resolveStage } from "../infra/stages.ts";

await runCommand(async () => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      stage: { type: "string", default: "dev" },
      region: { type: "string" },
      member: { type: "boolean", default: false },
    },
  });
  const [email] = positionals;
  if (email === undefined)
    throw new DeploymentError("Say whom: pnpm admin:add <e-mail> [--stage dev] [--region …] [--member]");
  const { name, region = process.env.AWS_REGION } = resolveStage(values.stage, { region: values.region });
  const { stacks, userPools: client } = awsClients(region);
  try {
    const userPoolId = await stackOutput(stacks, `Parley-${name}-Auth`, "UserPoolId");
    const outcome = await addPerson({ client, userPoolId, email, isAdmin: !values.member });
    const role = values.member ? "may sign in" : "is an admin, from the next sign-in on";
    console.log(`${email} ${outcome === "invited" ? "is invited and " : ""}${role}.`);
    if (outcome === "invited") {
      console.log(
        "To set a password: POST /v1/auth/forgot-password, then /v1/auth/reset-password with the code.",
      );
    }
  } catch (error) {
    throw error instanceof DeploymentError ? error : explainAwsError(error, region);
  }
});
