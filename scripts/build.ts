import { fileURLToPath } from "node:url";
import { bundleAll, bundleReport } from "@parley/deployment/bundle/bundle-all";
import { loadsUndici } from "@parley/deployment/bundle/init-modules";

const root = fileURLToPath(new URL("..", import.meta.url));
const output = `${root}dist/functions`;
const bundles = await bundleAll(root, output);
const { table, overBudget } = bundleReport(bundles);
console.log(table);
const faults = [...overBudget];
for (const { name } of bundles) {
  if (await loadsUndici(`${output}/${name}/index.mjs`))
    faults.push(`${name} loads undici before its handler can run.`);
}
for (const sentence of faults) console.error(sentence);
if (faults.length > 0) process.exitCode = 1;
