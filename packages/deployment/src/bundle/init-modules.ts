import { execFile } from "node:child_process";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

// A function that lacks its settings throws once everything that it imports has been loaded.
const program = `await import(process.argv[1]).catch(() => {});
process.stdout.write(String(process.moduleLoadList.some((name) => name.includes("deps/undici"))));
process.exit(0);`;

/** Whether Node loads its HTTP client of `fetch`, 43 ms of a cold start, only because this module is imported. */
export async function loadsUndici(file: string): Promise<boolean> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "-e", program, pathToFileURL(file).href],
    { env: {} },
  );
  return stdout.endsWith("true");
}
