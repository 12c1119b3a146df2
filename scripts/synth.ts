import { DeploymentError } from "@parley/deployment/deployment-error";
import { runCommand, runProgram } from "@parley/deployment/terminal";

const stages = ["dev", "prod"];
const databases = ["url", "aurora"];

/** Every stage on both kinds of database, into `cdk.out/<stage>-<database>`: no credentials and no network. */
await runCommand(async () => {
  if ((await runProgram("node", ["scripts/build.ts"])) !== 0) {
    throw new DeploymentError("The functions do not bundle; the lines above say why.");
  }
  for (const stage of stages) {
    for (const database of databases) {
      const output = `cdk.out/${stage}-${database}`;
      const context = ["-c", `stage=${stage}`, "-c", `database=${database}`];
      const code = await runProgram("cdk", ["synth", "--quiet", "--output", output, ...context]);
      if (code !== 0) throw new DeploymentError(`${stage} on ${database} does not synthesise.`);
    }
  }
  console.log(`Templates of ${stages.join(" and ")} on ${databases.join(" and ")}: 0 findings of cdk-nag.`);
});
