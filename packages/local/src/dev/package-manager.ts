import { commandOf, isAlive, parentOf } from "@parley/embedded-postgres/process-identity";

const pollMillis = 1_000;

/** The processes of `npx pnpm dev` above this one, the script's shell included. */
function packageManagerProcesses(): number[] {
  const found: number[] = [];
  for (let pid: number | undefined = process.ppid; pid !== undefined && pid > 1; pid = parentOf(pid)) {
    if (!/\b(npm|npx|pnpm)\b|^sh\0-c\0/.test(commandOf(pid))) break;
    found.push(pid);
  }
  return found;
}

/**
 * Calls `onGone` when the package manager that runs this script has ended: npx passes the signal that ends it on to
 * nobody, and the stack would keep its port for ever.
 */
export function watchPackageManager(onGone: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const processes = packageManagerProcesses();
  const timer = setInterval(() => {
    if (processes.every(isAlive)) return;
    clearInterval(timer);
    onGone();
  }, pollMillis);
  timer.unref();
}
