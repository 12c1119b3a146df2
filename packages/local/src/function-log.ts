import { createWriteStream } from "node:fs";
import { mkdir, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import * as z from "zod";

const longestBytes = 20_000_000;

const logLine = z.looseObject({
  level: z.string(),
  message: z.string(),
  error: z.looseObject({ name: z.string().optional(), code: z.string().optional() }).optional(),
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

/** Opens `logs/functions.log` of a data folder; one file before it is kept. */
export async function openFunctionLog(dataDir: string): Promise<FunctionLog> {
  const folder = join(dataDir, "logs");
  await mkdir(folder, { recursive: true });
  const file = join(folder, "functions.log");
  const size = (await stat(file).catch(() => undefined))?.size ?? 0;
  if (size > longestBytes) await rename(file, `${file}.1`);
  const stream = createWriteStream(file, { flags: "a" });
  // A full disk costs the log, not the stack.
  stream.on("error", (error) => console.error(`The log ${file} cannot be written: ${error.message}`));
  return {
    file,
    write: (functionName, line) => {
      if (stream.writable) stream.write(`${functionName} ${line}\n`);
    },
    close: async () => {
      stream.end();
      await finished(stream).catch(() => {});
    },
  };
}
