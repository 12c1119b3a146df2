import { execFile } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { chown, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Place } from "./place.ts";
import { StartupError } from "./startup-error.ts";

export const superuser = "parley";

/** A cluster on disk. */
export interface Cluster {
  readonly folder: string;
  readonly password: string;
}

const run = promisify(execFile);

/** How Postgres' programs are run: in UTC and with English messages, under the account of the place. */
export function programOptions(place: Place) {
  const identity = place.user === undefined ? {} : { uid: place.user.uid, gid: place.user.gid };
  const env = { PATH: process.env.PATH ?? "", TZ: "UTC", LC_MESSAGES: "C" };
  return { cwd: place.folder, env, ...identity };
}

async function giveAway(path: string, place: Place): Promise<void> {
  if (place.user !== undefined) await chown(path, place.user.uid, place.user.gid);
}

function failureText(error: unknown): string {
  const text = error instanceof Error && "stderr" in error ? String(error.stderr) : String(error);
  return text.match(/(?:could not|error|FATAL|PANIC)[^\n]*/)?.[0] ?? text.trim().split("\n").at(-1) ?? "";
}

async function runInitdb(place: Place, folder: string, passwordFile: string): Promise<void> {
  const common = [
    `--pgdata=${folder}`,
    `--username=${superuser}`,
    `--pwfile=${passwordFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    // The password is 192 random bits: stretching it would only make each connection slower.
    "--set=scram_iterations=1",
    "--no-instructions",
  ];
  try {
    await run(place.binaries.initdb, [...common, "--locale=C.UTF-8"], programOptions(place));
  } catch (error) {
    if (!failureText(error).includes("invalid locale")) throw error;
    // Where that locale is missing (macOS) only the word splitting of full text search differs.
    await run(place.binaries.initdb, [...common, "--locale=C"], programOptions(place));
  }
}

async function createCluster(place: Place, folder: string, passwordFile: string): Promise<void> {
  const fresh = join(place.folder, `postgres.new-${randomUUID()}`);
  try {
    await writeFile(passwordFile, randomBytes(24).toString("base64url"), { mode: 0o600 });
    await giveAway(passwordFile, place);
    // The account may not create a folder in one of root's; initdb takes an empty one.
    await mkdir(fresh, { mode: 0o700 });
    await giveAway(fresh, place);
    await runInitdb(place, fresh, passwordFile);
    // Renamed when complete, so that an interrupted start leaves no half of a cluster behind.
    await rename(fresh, folder);
  } catch (cause) {
    await rm(fresh, { recursive: true, force: true });
    const reason = failureText(cause);
    const sentence = /No space left|ENOSPC/.test(reason)
      ? `The disk that holds ${place.folder} is full.`
      : `Postgres could not create its data in ${folder}: ${reason}.`;
    throw new StartupError(sentence, { cause });
  }
}

async function isEmpty(folder: string): Promise<boolean> {
  const entries = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return entries.length === 0;
}

async function readCluster(place: Place, folder: string, passwordFile: string): Promise<Cluster> {
  const broken = (why: string) =>
    new StartupError(
      `The data folder ${folder} is broken: ${why}. Forget it with \`npx -y pnpm@12 dev --reset\`.`,
    );
  const version = await readFile(join(folder, "PG_VERSION"), "utf8").catch(() => "");
  if (version === "") throw broken("it holds something that is not a Postgres database");
  const major = place.binaries.version.split(".")[0];
  if (version.trim() !== major) throw broken(`Postgres ${version.trim()} wrote it and this is ${major}`);
  const password = await readFile(passwordFile, "utf8").catch(() => "");
  if (password === "") throw broken("its password file is missing");
  const owner = (await stat(folder)).uid;
  const expected = place.user?.uid ?? process.getuid?.() ?? owner;
  if (owner !== expected) {
    throw new StartupError(
      `The data folder ${folder} belongs to another account of this machine (uid ${owner}).`,
    );
  }
  return { folder, password };
}

/**
 * Opens the cluster of a place, creating it (about a second) when there is none yet.
 * @throws StartupError when it cannot be created, or what is there cannot be used
 */
export async function openCluster(place: Place, onProgress: (line: string) => void): Promise<Cluster> {
  const folder = join(place.folder, "postgres");
  const passwordFile = join(place.folder, "postgres.password");
  if (await isEmpty(folder)) {
    onProgress("Creating the database cluster");
    await createCluster(place, folder, passwordFile);
  }
  return readCluster(place, folder, passwordFile);
}
