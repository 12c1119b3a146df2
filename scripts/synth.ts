import { readCommandLine } from "@parley/deployment/command-line";
import { DeploymentError } from "@parley/deployment/deployment-error";
import { runCommand, runProgram, runQuietly } from "@parley/deployment/terminal";
import { loadStage } from "../infra/own-stages.ts";

const usage = `
pnpm synth [stage …]

Writes the templates of the stages, dev and prod unless named, on both kinds of database into
cdk.out/<stage>-<database>. Needs no credentials and no network.`;

const databases = ["url", "aurora"];

await runCommand(async () => {
  const { positionals } = readCommandLine({ usage, options: {}, maxPositionals: Number.POSITIVE_INFINITY });
  const stages = positionals.length > 0 ? positionals : ["dev", "prod"];
  for (const stage of stages) await loadStage(stage);
  if ((await runProgram("node", ["scripts/build.ts"])) !== 0) {
    throw new DeploymentError("The functions do not bundle; the lines above say why.");
  }
  for (const stage of stages) {
    for (const database of databases) {
      const output = `cdk.out/${stage}-${database}`;
      const context = ["-c", `stage=${stage}`, "-c", `database=${database}`];
      const code = await runQuietly("cdk", ["synth", "--quiet", "--output", output, ...context]);
      if (code !== 0) throw new DeploymentError(`${stage} on ${database} does not synthesise.`);
    }
  }
  console.log(`Templates of ${stages.join(" and ")} on ${databases.join(" and ")}: 0 findings of cdk-nag.`);
});
