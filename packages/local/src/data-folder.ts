import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { clearLeftover } from "@parley/embedded-postgres/leftover";
import { choosePlace } from "@parley/embedded-postgres/place";
import { isAlive, startMark } from "@parley/embedded-postgres/process-identity";
import { explainFileError, StartupError } from "@parley/embedded-postgres/startup-error";

// Only what a stack made: DATA_DIR may be a folder with other things in it.
const entries = ["postgres", "postgres.password", "cognito.json", "stack.json", "logs", "compile-cache"];

/** @param given DATA_DIR, which is relative to the repository */
export function resolveDataDir(given: string): string {
  return resolve(fileURLToPath(new URL("../../../", import.meta.url)), given);
}

const lockFile = (dataDir: string) => join(dataDir, "stack.pid");

/**
 * Makes a folder and those above it. (node's own recursive mkdir never returns where a file system, as /proc does,
 * answers "no such file" for a folder that it does not allow.)
 */
async function makeFolder(path: string): Promise<void> {
  const parent = dirname(path);
  if (parent !== path && (await stat(parent).catch(() => undefined)) === undefined) await makeFolder(parent);
  await mkdir(path).catch(async (error: NodeJS.ErrnoException) => {
    const isThere = error.code === "EEXIST" && (await stat(path)).isDirectory();
    if (!isThere) throw error;
  });
}

/** The running stack's process that uses a data folder, if there is one other than this. */
export async function ownerOf(dataDir: string): Promise<number | undefined> {
  const [pid, mark] = (await readFile(lockFile(dataDir), "utf8").catch(() => "")).split(" ");
  const owner = Number(pid);
  if (!owner || owner === process.pid || !isAlive(owner)) return undefined;
  return startMark(owner) === mark ? owner : undefined;
}

/**
 * Takes a data folder for this process, making it when it is missing. What a killed stack left is taken over.
 * @returns what gives it back
 * @throws StartupError when a running stack has it, or it cannot be written
 */
export async function lockDataFolder(dataDir: string): Promise<() => Promise<void>> {
  const file = lockFile(dataDir);
  try {
    await makeFolder(dataDir);
    const owner = await ownerOf(dataDir);
    if (owner !== undefined) {
      throw new StartupError(
        `Another Parley stack (process ${owner}) uses the data folder ${dataDir}: stop it, or choose another folder with DATA_DIR.`,
      );
    }
    await rm(file, { force: true });
    await writeFile(file, `${process.pid} ${startMark(process.pid)}`, { flag: "wx" });
  } catch (error) {
    throw explainFileError(error, dataDir);
  }
  return () => rm(file, { force: true });
}

/**
 * Forgets everything that a stack keeps in its data folder, and ends a Postgres that a killed one left running.
 * @throws StartupError when a running stack has the folder
 */
export async function forgetData(dataDir: string): Promise<void> {
  const unlock = await lockDataFolder(dataDir);
  try {
    const place = await choosePlace(dataDir);
    await clearLeftover(join(place.folder, "postgres"), () => {});
    const folders = new Set([dataDir, place.folder]);
    for (const folder of folders) {
      for (const entry of entries) await rm(join(folder, entry), { recursive: true, force: true });
    }
  } catch (error) {
    throw explainFileError(error, dataDir);
  } finally {
    await unlock();
  }
}
