import type { Template } from "./emulated-template.ts";
import { isEmulated, requestFaults } from "./requests.ts";

type How = "made by the emulator" | "checked by shape" | "not covered";

interface CoverageRow {
  readonly stack: string;
  readonly type: string;
  readonly how: How;
  readonly count: number;
}

export interface Coverage {
  readonly rows: readonly CoverageRow[];
  /** A sentence each. */
  readonly faults: readonly string[];
}

/**
 * How each resource of a stack has been tried.
 * @param made the logical ids that the emulator lists
 */
export function coverageOf(stack: string, template: Template, made: ReadonlySet<string>): Coverage {
  const counts = new Map<string, CoverageRow>();
  const faults: string[] = [];
  for (const [id, { Type: type, Properties }] of Object.entries(template.Resources)) {
    const refused = requestFaults(type, Properties);
    if (isEmulated(type) && !made.has(id))
      faults.push(`${stack}: the emulator has not made ${id}, an ${type}.`);
    for (const fault of refused ?? [])
      faults.push(`${stack}: of ${id}, an ${type}, the SDK's model says: ${fault}.`);
    const how = isEmulated(type)
      ? "made by the emulator"
      : refused === undefined
        ? "not covered"
        : "checked by shape";
    counts.set(type, { stack, type, how, count: (counts.get(type)?.count ?? 0) + 1 });
  }
  const rows = [...counts.values()].toSorted(
    (left, right) => left.how.localeCompare(right.how) || left.type.localeCompare(right.type),
  );
  return { rows, faults };
}

/** A line for each stack and way, as docs/operations.md has them. */
export function coverageTable(rows: readonly CoverageRow[]): string {
  const lines = new Map<string, string[]>();
  for (const { stack, type, how, count } of rows) {
    const key = `| ${stack} | ${how} | `;
    lines.set(key, [...(lines.get(key) ?? []), `${type.replace("AWS::", "")} ${count}`]);
  }
  const head = "| stack | how | resources |\n|---|---|---|";
  return [head, ...[...lines].map(([key, types]) => `${key}${types.join(", ")} |`)].join("\n");
}

/** How many resources there are of each way. */
export function coverageSums(rows: readonly CoverageRow[]): string {
  const sums = new Map<How, number>();
  for (const { how, count } of rows) sums.set(how, (sums.get(how) ?? 0) + count);
  return [...sums].map(([how, count]) => `${count} ${how}`).join(", ");
}
