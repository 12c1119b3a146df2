import { readFile } from "node:fs/promises";
import type { Plugin } from "esbuild";

// As the formatter writes it: the statement ends with the first line after which a new one begins.
const constant = /^((?:export )?const \w+ = )([\s\S]*?);\n(?![ })\]])/gm;
const stringOrBrace = /"(?:[^"\\]|\\.)*"|[{}]/g;

/** The index behind the brace that closes the one at `start`. */
function endOfObject(source: string, start: number): number {
  let depth = 0;
  stringOrBrace.lastIndex = start;
  for (let match = stringOrBrace.exec(source); match !== null; match = stringOrBrace.exec(source)) {
    if (match[0] === "{") depth++;
    if (match[0] === "}" && --depth === 0) return stringOrBrace.lastIndex;
  }
  throw new Error("An object of a route has no end.");
}

/** Routes without the schemas of their answers. */
export function withoutAnswers(source: string): string {
  const [before = "", ...parts] = source.split(/\bresponses: (?=\{)/);
  return before + parts.map((part) => `responses: {}${part.slice(endOfObject(part, 0))}`).join("");
}

/** Constants that are left out where nothing uses them: esbuild cannot know that making a schema changes nothing. */
export function withPureConstants(source: string): string {
  return source.replace(constant, "$1/* @__PURE__ */ (() => ($2))();\n");
}

// As the formatter writes the last argument of `pgTable`.
const tableExtras = /\n {2}\(table\) => \[\n[\s\S]*?\n {2}\],\n\);/g;

/** Tables without their indexes, keys and checks. */
export function withoutTableExtras(source: string): string {
  return source.replace(tableExtras, "\n);");
}

interface Unread {
  readonly file: RegExp;
  leaveOut(source: string): string;
}

const unread: readonly Unread[] = [
  { file: /\/packages\/contract\/src\/routes\/[\w-]+\.ts$/, leaveOut: withoutAnswers },
  { file: /\/packages\/contract\/src\/(?:problem|schemas\/[\w-]+)\.ts$/, leaveOut: (source) => source },
  {
    file: /\/packages\/(?:composition\/src\/settings|jobs\/src\/(?:embedding-queue|queue-settings))\.ts$/,
    leaveOut: (source) => source,
  },
  { file: /\/packages\/data\/src\/schema\/[\w-]+\.ts$/, leaveOut: withoutTableExtras },
];

/**
 * Leaves out of a bundle what no function reads of our own modules, about 5 ms of a cold start: the schemas of
 * answers, half of the contract, which are for the OpenAPI document and tests; indexes and keys of tables, which are
 * for migrations; and the schemas, settings and tables that nothing uses then.
 */
export const leaveOutUnreadPlugin: Plugin = {
  name: "leave-out-unread",
  setup(build) {
    for (const { file, leaveOut } of unread) {
      build.onLoad({ filter: file }, async ({ path }) => {
        const source = leaveOut(await readFile(path, "utf8"));
        return { contents: withPureConstants(source), loader: "ts" };
      });
    }
  },
};
