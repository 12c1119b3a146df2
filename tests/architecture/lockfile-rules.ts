import { posix } from "node:path";
import type { Violation } from "./source-file.ts";

/** What stands under a heading, by the headings one level below. */
function blocksOf(lockfile: string, heading: string): Map<string, string> {
  const section = lockfile.split(/^(?=\w+:)/m).find((text) => text.startsWith(`${heading}:`)) ?? "";
  const [, ...blocks] = section.split(/^ {2}(?=\S)/m);
  return new Map(blocks.map((block) => [/^'?(.+?)'?:/.exec(block)?.[1] ?? block, block]));
}

const comparison = /^(?<operator>\^|~|[<>]=?|=)?v?(?<digits>\d+(?:\.\d+)*)(?:\.[x*])*$/;

/** A part that a comparator leaves out may be any: 24.3.0 is not above `24`, but at least it. */
function meets(version: readonly number[], comparator: string): boolean {
  const { operator = "=", digits } = comparison.exec(comparator)?.groups ?? {};
  if (digits === undefined) throw new Error(`${comparator} is nothing that a version can be compared with.`);
  const wanted = digits.split(".").map(Number);
  const differing = wanted.findIndex((part, index) => part !== version[index]);
  if (differing === -1) return operator !== "<" && operator !== ">";
  if (operator === "^" && differing === 0) return false;
  if (operator === "~" && differing < 2) return false;
  const isAbove = (version[differing] ?? 0) > (wanted[differing] ?? 0);
  return operator !== "=" && isAbove !== operator.startsWith("<");
}

/** Does a range, as `engines` has them, admit a version such as 24.0.0? */
export function isInRange(version: string, range: string): boolean {
  const parts = version.split(".").map(Number);
  return range.split("||").some((alternative) => {
    const comparators = alternative
      .replaceAll(/([<>=^~])\s+/g, "$1")
      .trim()
      .split(/\s+/);
    return comparators.map((comparator) => meets(parts, comparator)).every(Boolean);
  });
}

/** Packages that do not name this version of Node among theirs: the first install warns of each. */
export function engineViolations(lockfile: string, nodeVersion: string): Violation[] {
  return [...blocksOf(lockfile, "packages")].flatMap(([name, block]) => {
    const range = /^ {4}engines: \{.*?\bnode: (?:'(.+?)'|([^,}]+))/m.exec(block)?.slice(1).find(Boolean);
    if (range === undefined || isInRange(nodeVersion, range)) return [];
    return [
      { path: "pnpm-lock.yaml", rule: "engines", detail: `${name} wants Node ${range}, not ${nodeVersion}` },
    ];
  });
}

/** Packages of the workspace that depend on themselves by way of others: the first install warns of them. */
export function cycleViolations(lockfile: string): Violation[] {
  const dependencies = new Map<string, string[]>();
  for (const [folder, block] of blocksOf(lockfile, "importers")) {
    const links = block.matchAll(/^ {8}version: link:(\S+)$/gm);
    dependencies.set(
      folder,
      [...links].map(([, link = ""]) => posix.join(folder, link)),
    );
  }
  return [...dependencies.keys()].flatMap((folder) => {
    // A set is walked to its end, also to what joins it meanwhile.
    const reached = new Set(dependencies.get(folder));
    for (const other of reached) for (const next of dependencies.get(other) ?? []) reached.add(next);
    if (!reached.has(folder)) return [];
    return [{ path: `${folder}/package.json`, rule: "cycles", detail: `${folder} depends on itself` }];
  });
}
