import { createWriteStream, mkdirSync, renameSync, statSync, type WriteStream } from "node:fs";
import { dirname, join } from "node:path";
import { finished } from "node:stream/promises";
import * as z from "zod/mini";

const longestBytes = 20_000_000;

const logLine = z.looseObject({
  level: z.string(),
  message: z.string(),
  error: z.optional(z.looseObject({ name: z.optional(z.string()), code: z.optional(z.string()) })),
});

/** Where the functions' lines go. */
export interface FunctionLog {
  readonly file: string;
  write(functionName: string, line: string): void;
  close(): Promise<void>;
}

/**
 * What of a function's line is worth showing among progress lines: warnings and errors, in short.
 * @returns undefined for all others
 */
export function briefLine(functionName: string, line: string): string | undefined {
  if (!line.startsWith("{")) return /^\w*Error\b/.test(line) ? `${functionName}: ${line}` : undefined;
  if (!/"level":"(WARN|ERROR|CRITICAL)"/.test(line)) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return undefined;
  }
  const { success, data } = logLine.safeParse(parsed);
  if (!success) return undefined;
  const cause = [data.error?.name, data.error?.code].filter((part) => part !== undefined).join(" ");
  return `${functionName}: ${data.level} ${data.message}${cause === "" ? "" : ` (${cause})`}`;
}

function openFile(file: string): WriteStream {
  mkdirSync(dirname(file), { recursive: true });
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > longestBytes) renameSync(file, `${file}.1`);
  const stream = createWriteStream(file, { flags: "a" });
  // A full disk costs the log, not the stack.
  stream.on("error", (error) => console.error(`The log ${file} cannot be written: ${error.message}`));
  return stream;
}

/**
 * The log `logs/functions.log` of a data folder, which is opened at the first line: by then the folder belongs to this
 * process. One file before it is kept.
 */
export function createFunctionLog(dataDir: string): FunctionLog {
  const file = join(dataDir, "logs", "functions.log");
  let stream: WriteStream | undefined;
  return {
    file,
    write: (functionName, line) => {
      stream ??= openFile(file);
      if (stream.writable) stream.write(`${functionName} ${line}\n`);
    },
    close: async () => {
      if (stream === undefined) return;
      stream.end();
      await finished(stream).catch(() => {});
    },
  };
}
