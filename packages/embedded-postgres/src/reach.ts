import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { UnprivilegedUser } from "./unprivileged-user.ts";

const READ = 4;
const ENTER = 1;

async function allows(path: string, user: UnprivilegedUser, wanted: number): Promise<boolean> {
  const { mode, uid, gid } = await stat(path);
  const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0;
  return ((mode >> shift) & wanted) === wanted;
}

/** May the account use things inside this folder, by permission bits alone? It may well be closed to listing. */
export async function canEnter(folder: string, user: UnprivilegedUser): Promise<boolean> {
  if (!(await allows(folder, user, ENTER))) return false;
  const parent = dirname(folder);
  return parent === folder || canEnter(parent, user);
}

/** May the account read this file, through every folder above it? */
export async function canRead(path: string, user: UnprivilegedUser): Promise<boolean> {
  return (await allows(path, user, READ)) && (await canEnter(dirname(path), user));
}
