import { parseArgs } from "node:util";
import { describeResult } from "../tests/chaos/stack/describe-result.ts";
import { runChaos } from "../tests/chaos/stack/run-chaos.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "1" },
    seed: { type: "string", default: "1" },
    users: { type: "string", default: "10" },
    /** Prints each fault as it strikes. */
    verbose: { type: "boolean", default: false },
  },
});

const start = Date.now();
const result = await runChaos({
  seed: Number(values.seed),
  millis: Number(values.minutes) * 60_000,
  users: Number(values.users),
  onEvent: (line) => values.verbose && console.log(`${((Date.now() - start) / 1000).toFixed(1)} s  ${line}`),
});
console.log(describeResult(result, { minutes: Number(values.minutes), seed: Number(values.seed) }));
process.exit(result.breaches.length === 0 ? 0 : 1);
