import { readFile } from "node:fs/promises";
import { StartupError } from "./startup-error.ts";

/** The account that Postgres runs under when the stack runs as root. */
export interface UnprivilegedUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const preferred = ["postgres", "nobody"];

/**
 * Postgres refuses to run as root, so root hands it to an account that exists already: none is created on the machine.
 * @returns undefined when this process is not root
 * @throws StartupError when there is no such account
 */
export async function findUnprivilegedUser(): Promise<UnprivilegedUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const lines = (await readFile("/etc/passwd", "utf8")).split("\n").map((line) => line.split(":"));
  for (const name of preferred) {
    const [, , uid, gid] = lines.find(([entry]) => entry === name) ?? [];
    // macOS counts nobody as -2, which cannot be given to a child process.
    if (Number(uid) > 0 && Number(gid) > 0) return { name, uid: Number(uid), gid: Number(gid) };
  }
  throw new StartupError(
    `Postgres does not run as root and this machine has no account named ${preferred.join(" or ")}: start Parley as an ordinary user, or set DATABASE_URL.`,
  );
}
