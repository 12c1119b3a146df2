export interface Circuit {
  /** Whether a call may be waited for now. While open, one call in each `openMillis` is let through to try. */
  allows(): boolean;
  succeeded(): void;
  failed(): void;
}

interface CircuitOptions {
  /** So many failures in a row open the circuit. */
  readonly failuresToOpen: number;
  readonly openMillis: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

/** Keeps a dead cache from costing its time limit on every request. */
export function createCircuit({
  failuresToOpen,
  openMillis,
  now = () => performance.now(),
}: CircuitOptions): Circuit {
  let failures = 0;
  let openUntil = 0;
  return {
    allows() {
      if (failures < failuresToOpen) return true;
      if (now() < openUntil) return false;
      openUntil = now() + openMillis;
      return true;
    },
    succeeded() {
      failures = 0;
    },
    failed() {
      failures += 1;
      openUntil = now() + openMillis;
    },
  };
}
