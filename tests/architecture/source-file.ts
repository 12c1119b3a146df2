import { posix } from "node:path";

export interface SourceFile {
  /** From the repository's root, with forward slashes. */
  path: string;
  text: string;
}

export interface Import {
  specifier: string;
  isTypeOnly: boolean;
}

export interface Violation {
  path: string;
  rule: string;
  detail: string;
}

const comments = /^[ \t]*(?:\/\/.*|\/\*[\s\S]*?\*\/)/gm;
const patterns = [
  /^[ \t]*(?<keyword>import|export)(?<type>\s+type\b)?\s[^;'"`]*?\bfrom\s*["'](?<specifier>[^"']+)["']/gm,
  /^[ \t]*(?<keyword>import)\s*["'](?<specifier>[^"']+)["']/gm,
  /\b(?<type>typeof\s+)?(?<keyword>import|require|vi\.mock)\s*\(\s*["'`](?<specifier>[^"'`]+)["'`]/g,
];

/** What a file imports: statically, for its side effects, dynamically, as a type. */
export function importsOf({ text }: SourceFile): Import[] {
  const code = text.replaceAll(comments, "");
  return patterns
    .flatMap((pattern) => [...code.matchAll(pattern)])
    .map(({ groups }) => ({
      specifier: groups?.specifier ?? "",
      isTypeOnly: groups?.type !== undefined,
    }));
}

/** A file whose code never runs in production. */
export function isTestCode(path: string): boolean {
  return /\.(?:test|fixture|setup)\.ts$|\/testing\/|\/fixtures\/|^tests\//.test(path);
}

/** A tool's configuration. */
export function isConfig(path: string): boolean {
  return /(?:^|\/)(?:vitest|drizzle)\.config\.ts$/.test(path);
}

/** The workspace package a file belongs to, as a folder; `.` is the root. */
export function packageFolder(path: string): string {
  const [first = "", second = ""] = path.split("/");
  if (first === "packages") return `packages/${second}`;
  return first === "functions" || first === "infra" ? first : ".";
}

/** The room of the house a file stands in: a package, or one function. */
export function roomOf(path: string): string {
  const [first = "", second = "", third] = path.split("/");
  if (first === "packages") return second;
  if (first === "functions" && third !== undefined) return `functions/${second}`;
  return path.includes("/") ? first : ".";
}

/** The file a relative import leads to; undefined for a package. */
export function relativeTarget(path: string, specifier: string): string | undefined {
  return specifier.startsWith(".") ? posix.join(posix.dirname(path), specifier) : undefined;
}

/** `@parley/data/messages` is `{ name: "data", subpath: "messages" }`. */
export function workspaceImport(specifier: string): { name: string; subpath: string } | undefined {
  const [, name, subpath = ""] = /^@parley\/([^/]+)(?:\/(.*))?$/.exec(specifier) ?? [];
  return name === undefined ? undefined : { name, subpath };
}
