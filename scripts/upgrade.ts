import { fileURLToPath } from "node:url";
import { numberOption, readCommandLine, wholeNumberOption } from "@parley/deployment/command-line";
import { runCommand } from "@parley/deployment/terminal";
import { counts } from "../tests/chaos/stack/describe-result.ts";
import { upgradeDataFolder } from "../tests/upgrade/data-folder.ts";
import { MissingHistoryError, preparePreviousRelease } from "../tests/upgrade/previous-release.ts";
import { runUpgrade } from "../tests/upgrade/run-upgrade.ts";

const usage = `
pnpm test:upgrade [options]

Upgrades the local stack from the previous release, the commit of tests/upgrade/previous-release.json, under load; rolls
it back and upgrades it again; drops a column that the previous release reads, which must make requests fail; then takes
over a data folder on which that release was stopped in mid-reply. Exit code 1 on any other failed request, broken
invariant or loss.

  --seconds <n>              of each of the eight phases at least; 20 unless given
  --seed <n>                 what users do; 1 unless given
  --users <n>                who talk at once, beside one who tries every operation; 5 unless given
  --skip-without-history     says so and ends well where the history lacks that commit`;

const answersPerSecond = 30;

await runCommand(async () => {
  const { values } = readCommandLine({
    usage,
    options: {
      seconds: { type: "string", default: "20" },
      seed: { type: "string", default: "1" },
      users: { type: "string", default: "5" },
      "skip-without-history": { type: "boolean", default: false },
    },
  });
  const seconds = numberOption("seconds", values.seconds, 0.1);
  const seed = wholeNumberOption("seed", values.seed);
  const users = wholeNumberOption("users", values.users, 1);
  const previous = await preparePreviousRelease().catch((error: unknown) => {
    if (!(error instanceof MissingHistoryError && values["skip-without-history"])) throw error;
    console.log(`Skipped: ${error.message}`);
    process.exit(0);
  });
  const result = await runUpgrade({
    previous,
    seed,
    millis: seconds * 1_000,
    answers: seconds * answersPerSecond,
    users,
    onPhase: ({ name, answers, failures }) =>
      console.log(
        `${name}: ${answers} answers, ${failures.size === 0 ? "0 failed" : `FAILED ${counts(failures)}`}`,
      ),
  });
  const failed = result.phases.some(({ failures }) => failures.size > 0);
  for (const { number, breach, id, detail } of result.breaches)
    console.log(`invariant ${number}: ${breach}: ${id} (${detail})`);
  if (failed) console.log(result.errors.slice(-20).join("\n"));
  console.log(
    `${result.asks} questions, ${result.explored} operations tried besides, ${result.breaches.length} invariants broken.`,
  );
  const isCaught = result.caught.size > 0;
  console.log(
    `a planted migration that drops a column: ${isCaught ? `caught, ${counts(result.caught)}` : "NOT CAUGHT"}`,
  );
  const losses = await upgradeDataFolder(previous, fileURLToPath(new URL("..", import.meta.url)));
  console.log(
    `the previous release's data folder, stopped in mid-reply: ${losses.join(", ") || "nothing lost"}`,
  );
  const isWell = !failed && isCaught && losses.length === 0 && result.breaches.length === 0;
  process.exit(isWell ? 0 : 1);
});
