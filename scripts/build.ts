import { fileURLToPath } from "node:url";
import { bundleAll, bundleReport } from "@parley/deployment/bundle/bundle-all";

const root = fileURLToPath(new URL("..", import.meta.url));
const { table, overBudget } = bundleReport(await bundleAll(root, `${root}dist/functions`));
console.log(table);
for (const sentence of overBudget) console.error(sentence);
if (overBudget.length > 0) process.exitCode = 1;
