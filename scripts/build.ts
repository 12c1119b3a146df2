import { fileURLToPath } from "node:url";
import { buildClient } from "@parley/deployment/bundle/build-client";
import { buildPage } from "@parley/deployment/bundle/build-page";
import { bundleAll, bundleReport } from "@parley/deployment/bundle/bundle-all";
import { loadsUndici } from "@parley/deployment/bundle/init-modules";
import { readCommandLine } from "@parley/deployment/command-line";
import { runCommand } from "@parley/deployment/terminal";

const root = fileURLToPath(new URL("..", import.meta.url));
const output = `${root}dist/functions`;

const usage = `
pnpm build

Bundles the functions, the console's page and the client into dist, and fails where one is over its budget.`;

await runCommand(async () => {
  readCommandLine({ usage, options: {} });
  const bundles = await bundleAll(root, output);
  const { table, overBudget } = bundleReport(bundles);
  console.log(table);
  const faults = [...overBudget];
  for (const { kind, bytes, budgetBytes } of await buildPage(root, `${output}/console/assets`)) {
    const size = `${(bytes / 1000).toFixed(1)} KB of ${kind} (gzip), ${budgetBytes / 1000} KB are allowed`;
    console.log(`The console's first view loads ${size}.`);
    if (bytes > budgetBytes) faults.push(`The console's first view is too large: ${size}.`);
  }
  for (const { specifier, bytes, budgetBytes } of await buildClient(root, `${root}packages/client/dist`)) {
    const size = `${(bytes / 1000).toFixed(2)} KB (gzip), ${budgetBytes / 1000} KB are allowed`;
    console.log(`${specifier} weighs ${size}.`);
    if (bytes > budgetBytes) faults.push(`${specifier} is too large: ${size}.`);
  }
  for (const { name } of bundles) {
    if (await loadsUndici(`${output}/${name}/index.mjs`))
      faults.push(`${name} loads undici before its handler can run.`);
  }
  for (const sentence of faults) console.error(sentence);
  if (faults.length > 0) process.exitCode = 1;
});
