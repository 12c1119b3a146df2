import { parseArgs } from "node:util";
import { awsClients } from "@parley/deployment/aws-clients";
import { deploy } from "@parley/deployment/deploy/deploy";
import { runCommand, runProgram, terminalQuestions } from "@parley/deployment/terminal";
import { resolveStage } from "../infra/stages.ts";

await runCommand(async () => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
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
