import { readFileSync } from "node:fs";
import { SourceMap } from "node:module";
import { fileURLToPath } from "node:url";

const maxFrames = 10;
const frame = /^ +at (?:async )?(?:(.*) \()?((?:file:\/\/|\/)[^()]+):(\d+):(\d+)\)?$/;

interface Loaded {
  readonly lines: readonly string[];
  readonly map: SourceMap | undefined;
}

/** What has been read, by path; undefined for what is no file. */
const loaded = new Map<string, Loaded | undefined>();

function readMap(path: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(`${path}.map`, "utf8")));
  } catch {
    return undefined;
  }
}

function load(path: string): Loaded | undefined {
  if (loaded.has(path)) return loaded.get(path);
  let file: Loaded | undefined;
  try {
    file = { lines: readFileSync(path, "utf8").split("\n"), map: readMap(path) };
  } catch {
    file = undefined;
  }
  loaded.set(path, file);
  return file;
}

/** A minified function's name, taken from where it is declared, which is before the place in it. */
function originalName({ lines, map }: Loaded, name: string, line: number, column: number) {
  const before = (lines[line] ?? "").slice(0, column);
  const places = [`function ${name}(`, ` ${name}=`, `,${name}=`].map((declaration) => {
    const start = before.lastIndexOf(declaration);
    return start < 0 ? start : start + declaration.length - 1 - name.length;
  });
  const place = Math.max(...places);
  const entry = (place >= 0 && map?.findEntry(line, place)) || {};
  if (!("name" in entry && "generatedColumn" in entry) || entry.generatedColumn !== place) return undefined;
  return String(entry.name);
}

/** A path that is the same on every machine. */
function shortPath(path: string): string {
  const [, inPackage] = /.*node_modules\/(.*)/.exec(path) ?? [];
  return inPackage ?? path.replace(`${process.cwd()}/`, "").replace(/^(?:\.\.\/)+/, "");
}

function describeFrame(text: string): string | undefined {
  const [, called = "", place = "", lineText, columnText] = frame.exec(text) ?? [];
  if (place === "") return undefined;
  const path = place.startsWith("file:") ? fileURLToPath(place) : place;
  const file = load(path);
  // A line of a message may look like a frame; it names no file that is there.
  if (file === undefined) return undefined;
  const [line, column] = [Number(lineText) - 1, Number(columnText) - 1];
  const own = /([\w$#]+)(?: \[as [\w$]+\])?$/.exec(called)?.[1];
  const name = (own && originalName(file, own, line, column)) ?? own ?? "anonymous";
  const entry = file.map?.findEntry(line, column);
  return entry !== undefined && "originalSource" in entry
    ? `${name} (${shortPath(entry.originalSource)}:${entry.originalLine + 1})`
    : `${name} (${shortPath(path)}:${line + 1})`;
}

/**
 * Where an error was made: function, file and line of each frame, by the source maps beside the bundles, which are read
 * when the first error asks for them. Nothing of the message, with which a stack begins.
 */
export function stackFrames({ stack, message }: Error): string[] {
  if (typeof stack !== "string") return [];
  const start = stack.indexOf(message);
  const lines = stack.slice(start < 0 ? 0 : start + message.length).split("\n");
  return lines.slice(-maxFrames).flatMap((line) => describeFrame(line) ?? []);
}
