import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clearLeftover } from "./leftover.ts";
import { isAlive } from "./process-identity.ts";

const prefix = "parley-test-";

/** Ends the servers and removes the folders of test runs that were killed. */
async function sweep(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const owner = Number(name.match(/^parley-test-(\d+)-/)?.[1]);
    if (!Number.isInteger(owner) || isAlive(owner)) continue;
    const folder = join(tmpdir(), name);
    await clearLeftover(join(folder, "postgres"), () => {});
    await rm(folder, { recursive: true, force: true });
  }
}

/** An empty data folder for one test run, which a later run removes if this one cannot. */
export async function throwAwayFolder(): Promise<string> {
  await sweep();
  const folder = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
  // The account that Postgres runs under must get through.
  await chmod(folder, 0o755);
  return folder;
}
