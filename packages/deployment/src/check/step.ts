/** What a step of a check has found. */
export type Finding =
  | { readonly kind: "ok"; readonly text: string }
  /** It does not apply to what is checked. */
  | { readonly kind: "skipped"; readonly text: string }
  /** It works, and somebody should do something. */
  | { readonly kind: "to do"; readonly text: string }
  | { readonly kind: "FAILED"; readonly text: string };

export interface Step {
  readonly name: string;
  /** What it throws is its failure. */
  run(): Promise<Finding>;
}

export const ok = (text: string): Finding => ({ kind: "ok", text });
export const skipped = (text: string): Finding => ({ kind: "skipped", text });
export const toDo = (text: string): Finding => ({ kind: "to do", text });
export const failed = (text: string): Finding => ({ kind: "FAILED", text });

/** A step that does not apply. */
export function skip(name: string, reason: string): Step {
  return { name, run: async () => skipped(reason) };
}

/**
 * Runs steps one after another, and says a line of each.
 * @returns how many failed
 */
export async function runSteps(
  steps: readonly Step[],
  say: (line: string) => void,
  explain: (error: unknown) => string,
): Promise<number> {
  const width = Math.max(...steps.map(({ name }) => name.length));
  let failures = 0;
  for (const { name, run } of steps) {
    const { kind, text } = await run().catch((error: unknown) => failed(explain(error)));
    if (kind === "FAILED") failures += 1;
    say(`${kind.padEnd(7)}  ${name.padEnd(width)}  ${text}`);
  }
  return failures;
}
