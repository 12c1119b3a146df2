import { access, readdir } from "node:fs/promises";
import { join } from "node:path";
import { eagerBudgetBytes } from "./budgets.ts";
import { bundleFunction } from "./bundle-function.ts";
import { type BundleSize, heaviestInputs, measureBundle } from "./measure-bundle.ts";

export interface Bundle extends BundleSize {
  readonly name: string;
  readonly budgetBytes: number;
  /** What weighs most in the eager part. */
  readonly heaviest: readonly string[];
}

/** The folders of `functions/` that are a Lambda function: they have an `index.ts`. */
export async function functionNames(root: string): Promise<string[]> {
  const folder = join(root, "functions");
  const entries = await readdir(folder, { withFileTypes: true });
  const named = await Promise.all(
    entries.map(async (entry) => {
      const hasEntry = await access(join(folder, entry.name, "index.ts")).then(
        () => true,
        () => false,
      );
      return entry.isDirectory() && hasEntry ? [entry.name] : [];
    }),
  );
  return named.flat().sort();
}

/**
 * Bundles every function into `<output>/<name>/`.
 * @throws esbuild's error when a function does not bundle
 */
export async function bundleAll(root: string, output: string): Promise<Bundle[]> {
  const names = await functionNames(root);
  // esbuild is one process with threads of its own, which several builds share.
  return Promise.all(
    names.map(async (name) => {
      const metafile = await bundleFunction({ root, name, outputFolder: join(output, name) });
      return {
        name,
        ...measureBundle(metafile),
        budgetBytes: eagerBudgetBytes(name),
        heaviest: heaviestInputs(metafile, 6),
      };
    }),
  );
}

const kilobytes = (bytes: number) => (bytes / 1000).toFixed(0);

/** The sizes as a table, and a sentence for each function that is over its budget. */
export function bundleReport(bundles: readonly Bundle[]): { table: string; overBudget: string[] } {
  const rows = [
    ["function", "eager KB", "budget KB", "total KB"],
    ...bundles.map(({ name, eagerBytes, budgetBytes, totalBytes }) => [
      name,
      ...[eagerBytes, budgetBytes, totalBytes].map(kilobytes),
    ]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  const table = rows
    .map(([name = "", ...sizes]) =>
      [
        name.padEnd(widths[0] ?? 0),
        ...sizes.map((size, index) => size.padStart(widths[index + 1] ?? 0)),
      ].join("  "),
    )
    .join("\n");
  const overBudget = bundles
    .filter(({ eagerBytes, budgetBytes }) => eagerBytes > budgetBytes)
    .map(
      ({ name, eagerBytes, budgetBytes, heaviest }) =>
        `${name} loads ${kilobytes(eagerBytes)} KB at once, ${kilobytes(budgetBytes)} KB are allowed: ${heaviest.join(", ")}.`,
    );
  return { table, overBudget };
}
