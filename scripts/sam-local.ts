import { readFile } from "node:fs/promises";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseEnv } from "node:util";
import { readCommandLine } from "@parley/deployment/command-line";
import { DeploymentError } from "@parley/deployment/deployment-error";
import { prepareSam } from "@parley/deployment/sam/prepare-sam";
import { runCommand, runProgram, runQuietly } from "@parley/deployment/terminal";

const root = new URL("../", import.meta.url);
const assembly = relative(process.cwd(), fileURLToPath(new URL("cdk.out/sam", root)));

const usage = `
pnpm sam:local

Writes the template, environment and events for \`sam local\`, and prints the commands that use them.`;

await runCommand(async () => {
  readCommandLine({ usage, options: {} });
  const code =
    (await runProgram("node", ["scripts/build.ts"])) ||
    (await runQuietly("cdk", ["synth", "--quiet", "-c", "stage=dev", "-c", "database=url", "-o", assembly]));
  if (code !== 0) throw new DeploymentError("The stage dev does not synthesise; the lines above say why.");
  const file = await readFile(new URL(".env", root), "utf8").catch(() => "");
  const { port, startApi, invocations, environmentFile, missing } = await prepareSam(assembly, {
    ...parseEnv(file),
    ...process.env,
  });
  console.log(`\nThe API on port ${port}:\n  ${startApi}\n\nOne call of a function:`);
  for (const { command } of invocations) console.log(`  ${command}`);
  if (missing.length > 0) console.log(`\nStill empty in ${environmentFile}: ${missing.join(", ")}.`);
});
