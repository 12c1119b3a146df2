import { numberOption, readCommandLine, wholeNumberOption } from "@parley/deployment/command-line";
import { runCommand } from "@parley/deployment/terminal";
import { describeResult } from "../tests/chaos/stack/describe-result.ts";
import { runChaos } from "../tests/chaos/stack/run-chaos.ts";

const usage = `
pnpm chaos [options]

Runs the whole local stack under faults, then checks every invariant. Exit code 1 on any violation.

  --minutes <n>  how long faults strike; 1 unless given
  --seed <n>     which faults strike when; 1 unless given
  --users <n>    who talk at once; 10 unless given
  --verbose      prints each fault as it strikes`;

await runCommand(async () => {
  const { values } = readCommandLine({
    usage,
    options: {
      minutes: { type: "string", default: "1" },
      seed: { type: "string", default: "1" },
      users: { type: "string", default: "10" },
      verbose: { type: "boolean", default: false },
    },
  });
  const minutes = numberOption("minutes", values.minutes, 0.01);
  const seed = wholeNumberOption("seed", values.seed);
  const start = Date.now();
  const result = await runChaos({
    seed,
    millis: minutes * 60_000,
    users: wholeNumberOption("users", values.users, 1),
    onEvent: (line) =>
      values.verbose && console.log(`${((Date.now() - start) / 1000).toFixed(1)} s  ${line}`),
  });
  console.log(describeResult(result, { minutes, seed }));
  process.exit(result.breaches.length === 0 ? 0 : 1);
});
