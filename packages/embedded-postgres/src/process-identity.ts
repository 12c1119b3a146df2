import { readFileSync } from "node:fs";

/** The fields of a process after its name: state, parent, … Empty where the system has no /proc, or it has ended. */
function statusFields(pid: number): string[] {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name, in brackets, may hold spaces.
    return line.slice(line.lastIndexOf(")") + 2).split(" ");
  } catch {
    return [];
  }
}

/** Is there a process of this id, of any owner? One that has ended and only waits to be reaped does not count. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return false;
  }
  return statusFields(pid)[0] !== "Z";
}

/**
 * When a process started, in the system's own unit: tells a process from a later one that got the same id.
 * Empty where the system does not say, so that the id alone has to do.
 */
export function startMark(pid: number): string {
  return statusFields(pid)[19] ?? "";
}

/** The process that a process belongs to; undefined where the system does not say. */
export function parentOf(pid: number): number | undefined {
  const parent = statusFields(pid)[1];
  return parent === undefined ? undefined : Number(parent);
}

/** The command line of a process, its arguments separated by NUL; empty where the system does not say. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}
