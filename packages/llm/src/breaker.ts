import { LlmError } from "./errors.ts";

const FAILURE_THRESHOLD = 5;
const OPEN_MILLIS = 30_000;

export interface Breaker {
  /**
   * Runs `call` unless its model has been failing; then throws a retryable `LlmError` that says how long
   * to wait. Whatever `call` throws is passed on.
   */
  run<T>(model: string, call: () => Promise<T>): Promise<T>;
}

interface Circuit {
  failures: number;
  openUntil: number;
  isProbing: boolean;
}

/**
 * A circuit breaker per model, in the memory of one environment: one model's outage, or what its users ask, says nothing
 * about the provider's others. Five retryable failures in a row open it for 30 s; then one call at a time may probe, and
 * its outcome closes the circuit or opens it again. `now` gives milliseconds.
 */
export function createBreaker({ now }: { now: () => number }): Breaker {
  // Of models that have failed: users may name any.
  const circuits = new Map<string, Circuit>();

  function recordFailure(model: string, error: unknown): void {
    if (saysNothing(error)) return;
    // A refusal is an answer.
    if (!(error instanceof LlmError && error.retryable)) return void circuits.delete(model);
    const circuit = circuits.get(model) ?? { failures: 0, openUntil: 0, isProbing: false };
    circuit.failures++;
    if (circuit.failures >= FAILURE_THRESHOLD) circuit.openUntil = now() + OPEN_MILLIS;
    circuits.set(model, circuit);
  }

  return {
    async run(model, call) {
      const circuit = circuits.get(model);
      const probed = circuit !== undefined && circuit.failures >= FAILURE_THRESHOLD ? circuit : undefined;
      if (probed) admitProbe(probed, now());
      try {
        const result = await call();
        circuits.delete(model);
        return result;
      } catch (error) {
        recordFailure(model, error);
        throw error;
      } finally {
        if (probed) probed.isProbing = false;
      }
    },
  };
}

function admitProbe(circuit: Circuit, now: number): void {
  if (now < circuit.openUntil || circuit.isProbing) {
    throw new LlmError("provider_unavailable", "The model provider is not available.", {
      retryable: true,
      // While a probe runs nobody knows the end; a second is long enough to ask again.
      retryAfterMillis: Math.max(circuit.openUntil - now, 1000),
    });
  }
  circuit.isProbing = true;
}

/** Cancelled calls, a key that was changed, our own time limits and empty answers are not the model's outage. */
function saysNothing(error: unknown): boolean {
  if (!(error instanceof LlmError)) return true;
  const { code, retryable, status, liesInRequest } = error;
  return code === "timed_out" || (retryable && (status === 401 || liesInRequest));
}
