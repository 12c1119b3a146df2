import { createHash, randomUUID } from "node:crypto";
import { chmod, chown, cp, mkdir, realpath, rename, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Binaries, binariesIn, findBinaries } from "./binaries.ts";
import { canEnter, canRead } from "./reach.ts";
import { findUnprivilegedUser, type UnprivilegedUser } from "./unprivileged-user.ts";

/** Where Postgres runs from and keeps its files. */
export interface Place {
  readonly binaries: Binaries;
  /** The folder of the cluster and of its settings; written by `user` when there is one. */
  readonly folder: string;
  readonly user: UnprivilegedUser | undefined;
}

async function openFolder(path: string): Promise<string> {
  await mkdir(path, { recursive: true });
  // The process's umask may have closed it to the account that Postgres runs under.
  await chmod(path, 0o755);
  return path;
}

/** A folder of root's that every account can enter, for what must not lie in a closed home. */
async function sharedFolder(user: UnprivilegedUser): Promise<string> {
  for (const base of ["/var/lib", tmpdir()]) {
    const folder = join(base, "parley");
    try {
      await mkdir(folder, { recursive: true });
    } catch {
      continue;
    }
    // In a world-writable folder someone else may have been there first.
    if ((await stat(folder)).uid !== 0) continue;
    await chmod(folder, 0o755);
    if (await canEnter(folder, user)) return folder;
  }
  throw new Error(`There is no folder that root and ${user.name} can both use.`);
}

async function reachableBinaries(user: UnprivilegedUser): Promise<Binaries> {
  const installed = await findBinaries();
  const sample = join(installed.folder, "share", "postgresql", "postgresql.conf.sample");
  if ((await canRead(sample, user)) && (await canEnter(join(installed.folder, "lib"), user)))
    return installed;
  const folder = join(await sharedFolder(user), `postgres-${installed.version}`);
  if ((await stat(folder).catch(() => undefined)) === undefined) {
    const copy = `${folder}.${randomUUID()}`;
    await cp(installed.folder, copy, { recursive: true, verbatimSymlinks: true });
    // Renamed when complete, so that an interrupted copy is never taken for a whole one.
    await rename(copy, folder).catch(() => rm(copy, { recursive: true, force: true }));
  }
  return binariesIn(folder, installed.version);
}

async function canHandOver(folder: string, user: UnprivilegedUser): Promise<boolean> {
  if (!(await canEnter(folder, user))) return false;
  // Mounted folders of container hosts often refuse a change of owner.
  const trial = join(folder, `.owner-${randomUUID()}`);
  try {
    await mkdir(trial);
    await chown(trial, user.uid, user.gid);
    return (await stat(trial)).uid === user.uid;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EPERM") return false;
    throw error;
  } finally {
    await rm(trial, { recursive: true, force: true });
  }
}

/**
 * Chooses where the cluster of a data folder lives: inside it, unless the stack runs as root and the account that
 * Postgres runs under cannot get there (a clone in /root, say); then in a folder named after it.
 */
export async function choosePlace(dataDir: string): Promise<Place> {
  await mkdir(dataDir, { recursive: true });
  const user = await findUnprivilegedUser();
  if (user === undefined) return { binaries: await findBinaries(), folder: dataDir, user };
  const binaries = await reachableBinaries(user);
  if (await canHandOver(dataDir, user)) return { binaries, folder: dataDir, user };
  const name = createHash("sha256")
    .update(await realpath(dataDir))
    .digest("hex")
    .slice(0, 16);
  return { binaries, folder: await openFolder(join(await sharedFolder(user), `data-${name}`)), user };
}
