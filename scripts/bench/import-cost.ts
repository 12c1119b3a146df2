import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { builtinModulesPlugin } from "@parley/deployment/bundle/builtin-modules";
import { bundling, createRequireBanner } from "@parley/deployment/bundle/bundle-function";
import { build } from "esbuild";
import type { Row } from "./report.ts";
import { medians } from "./statistics.ts";

/** What functions load, and the package that declares it. */
const dependencies: Readonly<Record<string, string>> = {
  postgres: "packages/data",
  "drizzle-orm/postgres-js": "packages/data",
  zod: "packages/contract",
  "@middy/core": "packages/http",
  "@aws-lambda-powertools/logger": "packages/runtime",
  "@aws-lambda-powertools/tracer": "packages/runtime",
  "@aws-sdk/client-secrets-manager": "packages/runtime",
  "@aws-sdk/client-sqs": "packages/jobs",
  "@gomomento/sdk": "packages/cache",
  openai: "packages/llm",
  "@anthropic-ai/sdk": "packages/llm",
};

async function bundleAlone(root: string, name: string, packageFolder: string, file: string): Promise<void> {
  await build({
    ...bundling,
    splitting: false,
    stdin: {
      contents: `import * as all from "${name}"; globalThis.kept = all;`,
      resolveDir: join(root, packageFolder),
    },
    outfile: file,
    outExtension: {},
    minify: true,
    banner: { js: createRequireBanner },
    plugins: [builtinModulesPlugin],
    logLevel: "error",
  });
}

async function load(file: string): Promise<void> {
  await once(spawn(process.execPath, [file], { stdio: "ignore" }), "exit");
}

/** Milliseconds that a process takes longer with one dependency, all of it, in a bundle of its own. */
export async function importCosts(root: string, folder: string, rounds: number): Promise<Row[]> {
  const work: Record<string, () => Promise<void>> = { nothing: () => load(join(folder, "empty.mjs")) };
  for (const [name, packageFolder] of Object.entries(dependencies)) {
    const file = join(folder, "imports", `${name.replaceAll(/\W+/g, "-")}.mjs`);
    await bundleAlone(root, name, packageFolder, file);
    work[name] = () => load(file);
  }
  const millis = await medians(work, rounds);
  const section = "Import of a dependency over nothing";
  return Object.keys(dependencies).map((name) => ({
    section,
    name,
    value: (millis[name] ?? 0) - (millis.nothing ?? 0),
    unit: "ms",
  }));
}
