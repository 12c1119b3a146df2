import { rm } from "node:fs/promises";
import { checkClients } from "@parley/deployment/aws-clients";
import { readCommandLine } from "@parley/deployment/command-line";
import { DeploymentError } from "@parley/deployment/deployment-error";
import { coverageSums, coverageTable } from "@parley/deployment/emulate/coverage";
import { deployEmulated } from "@parley/deployment/emulate/deploy-emulated";
import { emptyEmulator } from "@parley/deployment/emulate/emulator";
import { runCommand, runQuietly } from "@parley/deployment/terminal";
import { loadStage } from "../infra/own-stages.ts";

const assembly = "cdk.out/emulated";

const usage = `
pnpm deploy:emulated [stage] [options]

Empties moto's server on this machine and deploys a stage there, dev unless named, by CDK's own command line, bootstrap
and bundles included, checks the outputs of each stack, asks what deploy:check asks of AWS, and deletes all again. What moto's CloudFormation does not know is checked
against the model of the SDK. Prints a table of both; exit code 1 where anything is refused.

  --endpoint <url>   of the emulator; http://localhost:5000 unless given
  --database <kind>  url or aurora, instead of the stage's own`;

await runCommand(async () => {
  const { positionals, values } = readCommandLine({
    usage,
    maxPositionals: 1,
    options: {
      endpoint: { type: "string", default: "http://localhost:5000" },
      database: { type: "string" },
    },
  });
  const stage = await loadStage(positionals[0] ?? "dev", { database: values.database });
  const region = stage.region ?? "us-east-1";
  Object.assign(process.env, await emptyEmulator(values.endpoint, region));
  const { name, database, alarmEmail = "alarms@example.com" } = stage;
  const context = [`stage=${name}`, `database=${database}`, `alarmEmail=${alarmEmail}`];
  await rm(assembly, { recursive: true, force: true });
  if (
    (await runQuietly("cdk", [
      "synth",
      "--quiet",
      "--output",
      assembly,
      ...context.flatMap((pair) => ["-c", pair]),
    ])) !== 0
  )
    throw new DeploymentError(`${stage.name} does not synthesise.`);
  const { rows, faults } = await deployEmulated({
    stage: stage.name,
    assembly,
    clients: checkClients(region),
    say: console.log,
    cdk: (words) => runQuietly("cdk", words),
  });
  console.log(`\n${coverageTable(rows)}\n\n${coverageSums(rows)}.`);
  for (const sentence of faults) console.error(sentence);
  if (faults.length > 0) process.exitCode = 1;
});
