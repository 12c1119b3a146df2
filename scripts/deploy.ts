import { awsClients } from "@parley/deployment/aws-clients";
import { readCommandLine } from "@parley/deployment/command-line";
import { deploy } from "@parley/deployment/deploy/deploy";
import { runCommand, runProgram, terminalQuestions } from "@parley/deployment/terminal";
import { resolveStage } from "../infra/stages.ts";

const usage = `
pnpm run deploy [stage] [options]

Checks the database, writes the stage's secret, bundles and deploys. The stage is dev unless named; infra/stages.ts has
all of them. Asks for the database's address and the keys that the environment does not have.

  --database <kind>  url or aurora, instead of the stage's own
  --region <region>  instead of the stage's own`;

await runCommand(async () => {
  const { positionals, values } = readCommandLine({
    usage,
    maxPositionals: 1,
    options: { database: { type: "string" }, region: { type: "string" } },
  });
  const stage = resolveStage(positionals[0] ?? "dev", values);
  const region = stage.region ?? process.env.AWS_REGION;
  await deploy({
    stage,
    region,
    environment: process.env,
    client: awsClients(region).secrets,
    ask: terminalQuestions(),
    say: console.log,
    run: runProgram,
  });
});
