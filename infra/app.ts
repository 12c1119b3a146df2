import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { App } from "aws-cdk-lib";
import { addStacks } from "./add-stacks.ts";
import { resolveStage } from "./stages.ts";

const bundles = fileURLToPath(new URL("../dist/functions", import.meta.url));

function compose(app: App): void {
  if (!existsSync(bundles))
    throw new Error("There are no bundles in dist/functions. Run: npx -y pnpm@12 build");
  const context = (name: string): unknown => app.node.tryGetContext(name);
  const overrides = { database: context("database"), region: context("region") };
  const secretVersion = context("secretVersion");
  addStacks(app, {
    stage: resolveStage(String(context("stage") ?? "dev"), overrides),
    bundles,
    ...(typeof secretVersion === "string" && { secretVersion }),
  });
  app.synth();
}

try {
  compose(new App());
} catch (error) {
  // One sentence for whoever deploys; a stack trace of CDK would bury it.
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
