import { readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseEnv } from "node:util";
import { readCommandLine } from "@parley/deployment/command-line";
import { DeploymentError } from "@parley/deployment/deployment-error";
import { prepareSam } from "@parley/deployment/sam/prepare-sam";
import { runCommand, runQuietly } from "@parley/deployment/terminal";
import { resolveDataDir } from "@parley/local/data-folder";
import { findRunningStack, serviceVariables } from "@parley/local/running-stack";
import { localSettings } from "@parley/local/settings";

const root = new URL("../", import.meta.url);
const assembly = relative(process.cwd(), fileURLToPath(new URL("cdk.out/sam", root)));

const usage = `
pnpm sam:local

Writes the template, environment and events for \`sam local\`, and says which commands use them. They use what
\`pnpm dev --services\` runs beside, or what .env and the environment name.`;

await runCommand(async () => {
  readCommandLine({ usage, options: {} });
  console.log("Bundling the functions and synthesising the stage dev");
  const code =
    (await runQuietly("node", ["scripts/build.ts"])) ||
    (await runQuietly("cdk", ["synth", "--quiet", "-c", "stage=dev", "-c", "database=url", "-o", assembly]));
  if (code !== 0) throw new DeploymentError("The stage dev cannot be made; the lines above say why.");
  const file = await readFile(new URL(".env", root), "utf8").catch(() => "");
  const variables: Record<string, string | undefined> = { ...parseEnv(file), ...process.env };
  const running = await findRunningStack(
    resolveDataDir(variables.DATA_DIR || localSettings.DATA_DIR.default),
  );
  const offered = running === undefined ? {} : serviceVariables(running);
  const { port, startApi, invocations, environmentFile, missing } = await prepareSam(assembly, {
    ...variables,
    ...offered,
  });
  const commandFile = join(assembly, "sam-invocations.txt");
  await writeFile(commandFile, invocations.map(({ command }) => `${command}\n`).join(""));
  // It needs neither a token nor a row.
  const example = invocations.find(({ command }) => command.includes("getHealth"));
  console.log(`\nThe API on port ${port}:\n  ${startApi}\n\nOne call of a function:\n  ${example?.command}`);
  console.log(`\nThe other calls, one for each operation and trigger: ${commandFile}`);
  if (missing.length > 0) {
    console.log(`\nStill empty in ${environmentFile}: ${missing.join(", ")}.`);
    console.log("Run `npx -y pnpm@12 dev --services` beside it, and this again; or set them in .env.");
  } else if (running?.services !== undefined) {
    console.log("\nThey use what `dev --services` runs, whose worker takes the jobs that they send.");
  }
});
