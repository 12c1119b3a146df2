import { watchPackageManager } from "./package-manager.ts";

const repeatMillis = 500;

/** The wish to stop. */
export interface StopSignal {
  readonly isStopping: boolean;
  /** Resolves at the first SIGINT, SIGTERM or SIGHUP, or when the package manager is gone. */
  readonly requested: Promise<void>;
}

/**
 * Listens for Ctrl-C and its relatives; at the second one it calls `force`.
 * A package manager passes on what the terminal has sent to the whole process group already, so the same wish may
 * arrive twice at almost the same time.
 */
export function listenForStop(force: () => void): StopSignal {
  let firstAt: number | undefined;
  const { promise, resolve } = Promise.withResolvers<void>();
  const onSignal = () => {
    if (firstAt === undefined) {
      firstAt = performance.now();
      resolve();
    } else if (performance.now() - firstAt > repeatMillis) {
      force();
    }
  };
  watchPackageManager(onSignal);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);
  return {
    requested: promise,
    get isStopping() {
      return firstAt !== undefined;
    },
  };
}
