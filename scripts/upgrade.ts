import { fileURLToPath } from "node:url";
import { readCommandLine } from "@parley/deployment/command-line";
import { runCommand } from "@parley/deployment/terminal";
import { counts } from "../tests/chaos/stack/describe-result.ts";
import { upgradeDataFolder } from "../tests/upgrade/data-folder.ts";
import { MissingHistoryError, preparePreviousRelease } from "../tests/upgrade/previous-release.ts";
import { runUpgrade } from "../tests/upgrade/run-upgrade.ts";

const usage = `
pnpm test:upgrade [options]

Upgrades the local stack from the previous release, the commit of tests/upgrade/previous-release.json, under load; rolls
it back and upgrades it again; then takes over a data folder on which that release was stopped in mid-reply. Exit code 1
on any failed request, broken invariant or loss.

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
  const previous = await preparePreviousRelease().catch((error: unknown) => {
    if (!(error instanceof MissingHistoryError && values["skip-without-history"])) throw error;
    console.log(`Skipped: ${error.message}`);
    process.exit(0);
  });
  const result = await runUpgrade({
    previous,
    seed: Number(values.seed),
    millis: Number(values.seconds) * 1_000,
    answers: Number(values.seconds) * answersPerSecond,
    users: Number(values.users),
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
  const losses = await upgradeDataFolder(previous, fileURLToPath(new URL("..", import.meta.url)));
  console.log(
    `the previous release's data folder, stopped in mid-reply: ${losses.join(", ") || "nothing lost"}`,
  );
  process.exit(failed || losses.length > 0 || result.breaches.length > 0 ? 1 : 0);
});
