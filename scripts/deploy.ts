import { awsClients, profileRegion } from "@parley/deployment/aws-clients";
import { readCommandLine } from "@parley/deployment/command-line";
import { deploy } from "@parley/deployment/deploy/deploy";
import { resolveRegion } from "@parley/deployment/region";
import { isYes, runCommand, runProgram, terminalQuestions } from "@parley/deployment/terminal";
import { loadStage } from "../infra/own-stages.ts";

const usage = `
pnpm run deploy [stage] [options]

Checks credentials, region and database, offers to bootstrap CDK, writes the stage's secret, bundles, deploys, and says
where everything is. The stage is dev unless named; infra/stages.ts and your parley.config.ts have them. Asks for the
database's address, the keys and e-mail addresses that the environment does not have, and whether to check the deployment
(pnpm deploy:check).

  --database <kind>  url or aurora, instead of the stage's own
  --region <region>  instead of the stage's own`;

await runCommand(async () => {
  const { positionals, values } = readCommandLine({
    usage,
    maxPositionals: 1,
    options: { database: { type: "string" }, region: { type: "string" } },
  });
  const stage = await loadStage(positionals[0] ?? "dev", values);
  const region = await resolveRegion(stage.region, process.env, profileRegion);
  // For CDK.
  process.env.AWS_REGION = region.region;
  const ask = terminalQuestions();
  await deploy({
    stage,
    region,
    environment: process.env,
    clients: awsClients(region.region),
    ask,
    say: console.log,
    run: runProgram,
  });
  const answer = await ask?.("Check it now, with a conversation of a throw-away user? [Y/n] ");
  if (answer === undefined || !isYes(answer)) return;
  const words = ["scripts/deploy-check.ts", stage.name, "--region", region.region];
  process.exitCode = await runProgram("node", words);
});
