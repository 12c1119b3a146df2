import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { App } from "aws-cdk-lib";
import { addStacks } from "./add-stacks.ts";
import { loadStage } from "./own-stages.ts";

const bundles = fileURLToPath(new URL("../dist/functions", import.meta.url));
const build = fileURLToPath(new URL("../scripts/build.ts", import.meta.url));

async function compose(app: App): Promise<void> {
  // So that any command of CDK works on a fresh clone; `pnpm run deploy` always builds.
  if (!existsSync(bundles))
    execFileSync(process.execPath, [build], { stdio: ["ignore", "ignore", "inherit"] });
  const context = (name: string): unknown => app.node.tryGetContext(name);
  const overrides = {
    database: context("database"),
    region: context("region"),
    alarmEmail: context("alarmEmail"),
  };
  const secretVersion = context("secretVersion");
  const natImageId = context("natImageId");
  addStacks(app, {
    stage: await loadStage(String(context("stage") ?? "dev"), overrides),
    bundles,
    ...(typeof secretVersion === "string" && { secretVersion }),
    ...(typeof natImageId === "string" && { natImageId }),
  });
  app.synth();
}

try {
  await compose(new App());
} catch (error) {
  // One sentence for whoever deploys; a stack trace of CDK would bury it.
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
