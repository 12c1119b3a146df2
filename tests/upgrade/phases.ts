import { access } from "node:fs/promises";
import type { PreviousRelease } from "./previous-release.ts";

type Code = "previous" | "both" | "present";

/** A step of a deployment, during which clients go on. */
export interface Phase {
  readonly name: string;
  /** Whose functions serve from now on. */
  readonly code: Code;
  /** They run first. */
  readonly migrations?: "present";
}

/** An upgrade, a rollback as docs/operations.md has it, functions first, and the upgrade again. */
export const phases: readonly Phase[] = [
  { name: "the previous release", code: "previous" },
  { name: "these migrations, under it", code: "previous", migrations: "present" },
  { name: "both side by side", code: "both" },
  { name: "this release", code: "present" },
  { name: "back: both side by side", code: "both" },
  { name: "back: the previous release on the new schema", code: "previous" },
  { name: "again: both side by side", code: "both" },
  { name: "again: this release", code: "present" },
];

/** Which release's module an environment loads. */
export interface CodeChoice {
  code: Code;
  entryOf(name: string): URL | undefined;
}

/** Of both, the environments of a function take them in turn. */
export async function chooseCode(previous: PreviousRelease, names: readonly string[]): Promise<CodeChoice> {
  const entries = new Map<string, URL>();
  for (const name of names) {
    const entry = previous.entryOf(name);
    // A function that this release has brought.
    if (
      await access(entry).then(
        () => true,
        () => false,
      )
    )
      entries.set(name, entry);
  }
  const started = new Map<string, number>();
  const choice: CodeChoice = {
    code: "previous",
    entryOf(name) {
      const turn = started.get(name) ?? 0;
      started.set(name, turn + 1);
      const isPrevious = choice.code === "previous" || (choice.code === "both" && turn % 2 === 0);
      return isPrevious ? entries.get(name) : undefined;
    },
  };
  return choice;
}
