import { execFile } from "node:child_process";
import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);
const quiet = { maxBuffer: 50_000_000 };

/** The release before this one, checked out beside this one, with dependencies of its own. */
export interface PreviousRelease {
  readonly commit: string;
  readonly folder: string;
  /** A bundle of its functions. */
  entryOf(name: string): URL;
  /** Brings a database to its state, as its deployment does. */
  migrate(databaseUrl: string): Promise<void>;
}

/** The history does not have the previous release. */
export class MissingHistoryError extends Error {
  override readonly name = "MissingHistoryError";
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function requireCommit(commit: string): Promise<void> {
  try {
    await run("git", ["-C", root, "cat-file", "-e", `${commit}^{commit}`]);
  } catch (cause) {
    throw new MissingHistoryError(
      `This copy has no commit ${commit.slice(0, 12)}, the previous release of tests/upgrade/previous-release.json; "git fetch --unshallow" brings it.`,
      { cause },
    );
  }
}

/** Its files, and its dependencies by its own lockfile. */
async function checkOut(commit: string, folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await run("sh", ["-c", 'git -C "$0" archive "$1" | tar -x -C "$2"', root, commit, folder], quiet);
  const install = ["install", "--frozen-lockfile", "--prefer-offline"];
  await run("npx", ["-y", "pnpm@12", "--dir", folder, ...install], { ...quiet, cwd: folder });
}

const bundle = `
  import { buildCode } from "./packages/local/src/function-code.ts";
  await buildCode(process.cwd() + "/", process.cwd() + "/dist/upgrade", false);`;

/**
 * Checks the previous release out into `.parley/releases`, where later runs find it.
 * @throws MissingHistoryError in a shallow clone, or where there is no history
 */
export async function preparePreviousRelease(): Promise<PreviousRelease> {
  const file = new URL("previous-release.json", import.meta.url);
  const { commit } = JSON.parse(await readFile(file, "utf8")) as { commit: string };
  await requireCommit(commit);
  const folder = join(root, ".parley", "releases", commit.slice(0, 12));
  const isReady = join(folder, ".ready");
  if (!(await exists(isReady))) {
    await checkOut(commit, folder);
    await run(process.execPath, ["--input-type=module", "--eval", bundle], { ...quiet, cwd: folder });
    await writeFile(isReady, "");
  }
  return {
    commit,
    folder,
    entryOf: (name) => pathToFileURL(join(folder, "dist", "upgrade", "code", name, "index.mjs")),
    migrate: async (databaseUrl) => {
      const env = { ...process.env, DATABASE_URL: databaseUrl };
      await run(process.execPath, ["scripts/migrate.ts"], { ...quiet, cwd: folder, env });
    },
  };
}
