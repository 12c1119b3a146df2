import { mkdir, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, totalmem } from "node:os";
import { join } from "node:path";

export interface Row {
  readonly section: string;
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** From quality.md, "Speed". */
  readonly budget?: { readonly maximum: number } | { readonly minimum: number };
}

function budgetText({ budget }: Row): string {
  if (budget === undefined) return "";
  return "maximum" in budget ? `≤ ${budget.maximum}` : `≥ ${budget.minimum}`;
}

/** Undefined where there is no budget. */
export function holds({ value, budget }: Row): boolean | undefined {
  if (budget === undefined) return undefined;
  return "maximum" in budget ? value <= budget.maximum : value >= budget.minimum;
}

function rounded(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}

/** The rows as a table, section by section. */
export function table(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(({ name }) => name.length));
  const lines: string[] = [];
  let section = "";
  for (const row of rows) {
    if (row.section !== section) lines.push("", row.section);
    section = row.section;
    const isHeld = holds(row);
    const verdict = isHeld === undefined ? "" : isHeld ? "holds" : "MISSED";
    const value = rounded(row.value).padStart(9);
    lines.push(
      `  ${row.name.padEnd(width)} ${value} ${row.unit.padEnd(10)} ${budgetText(row).padEnd(8)} ${verdict}`,
    );
  }
  return lines.join("\n");
}

/** Writes the rows, with the machine they are of; answers the file. */
export async function save(rows: readonly Row[], folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const at = new Date().toISOString();
  const file = join(folder, `${at.replaceAll(":", "-")}.json`);
  const machine = {
    processors: availableParallelism(),
    model: cpus()[0]?.model ?? "unknown",
    memoryBytes: totalmem(),
    node: process.version,
  };
  await writeFile(file, `${JSON.stringify({ at, machine, rows }, null, 2)}\n`);
  return file;
}
