import { isConfig, isTestCode, roomOf, type SourceFile, type Violation } from "./source-file.ts";

const longestFile = 300;
const unwantedName = /(?:^|\/)(?:utils?|common|helpers?)(?:\/|\.[^/]*$)/;

type Check = (file: SourceFile) => string | undefined;

const readsNoEnvironment: Check = ({ path, text }) => {
  const isAllowed =
    ["runtime", "local", "embedded-postgres", "scripts", "tests"].includes(roomOf(path)) ||
    isTestCode(path) ||
    isConfig(path);
  const reads =
    /\bprocess\s*(?:\.|\?\.)\s*env\b|\bprocess\[["']env["']\]|\benv\b[^;]*from ["']node:process["']/;
  return !isAllowed && reads.test(text) ? "only runtime reads the environment" : undefined;
};

const linesOf = ({ text }: SourceFile) => text.split("\n").length - (text.endsWith("\n") ? 1 : 0);

const isShort: Check = (file) => {
  const lines = linesOf(file);
  return lines > longestFile ? `${lines} lines; ${longestFile} at most` : undefined;
};

const hasNoDefaultExport: Check = ({ path, text }) =>
  !isConfig(path) && /^export default\b|^export\s*\{[^}]*\bas default\b/m.test(text)
    ? "exports by name only"
    : undefined;

const isNamedForItsContent: Check = ({ path }) => (unwantedName.test(path) ? "say what is in it" : undefined);

const checks: Readonly<Record<string, Check>> = {
  environment: readsNoEnvironment,
  length: isShort,
  "default export": hasNoDefaultExport,
  name: isNamedForItsContent,
};

/** How long files are, in lines: half of them have at most `median`, nine of ten at most `p90`. */
export function fileSizes(files: readonly SourceFile[]): { median: number; p90: number } {
  const sizes = files.map(linesOf).toSorted((left, right) => left - right);
  const at = (share: number) => sizes[Math.ceil(share * sizes.length) - 1] ?? 0;
  return { median: at(0.5), p90: at(0.9) };
}

/** What is wrong with each file by itself. */
export function fileViolations(files: readonly SourceFile[]): Violation[] {
  return files.flatMap((file) =>
    Object.entries(checks).flatMap(([rule, check]) => {
      const detail = check(file);
      return detail === undefined ? [] : [{ path: file.path, rule, detail }];
    }),
  );
}

interface RoutePlace {
  function: string;
}

/** Function folders without an entry point, and routes that their function does not serve. */
export function functionViolations(
  files: readonly SourceFile[],
  routes: Readonly<Record<string, RoutePlace>>,
): Violation[] {
  const folders = new Set(
    files.map(({ path }) => roomOf(path)).filter((room) => room.startsWith("functions/")),
  );
  for (const route of Object.values(routes)) folders.add(`functions/${route.function}`);
  const entry = (folder: string) => files.find(({ path }) => path === `${folder}/index.ts`);
  const missing = [...folders]
    .filter(
      (folder) => !/^export (?:const|async function|function) handler\b/m.test(entry(folder)?.text ?? ""),
    )
    .map((folder) => ({ path: `${folder}/index.ts`, rule: "entry point", detail: "exports no handler" }));
  const unserved = Object.entries(routes)
    .filter(([name, route]) => !serves(files, `functions/${route.function}`, name))
    .map(([name, route]) => ({
      path: `functions/${route.function}`,
      rule: "operations",
      detail: `${name} has no operation`,
    }));
  return [...missing, ...unserved];
}

function serves(files: readonly SourceFile[], folder: string, name: string): boolean {
  return files.some(
    ({ path, text }) =>
      roomOf(path) === folder && !isTestCode(path) && new RegExp(`\\b${name}\\b\\s*[:,(]`).test(text),
  );
}
