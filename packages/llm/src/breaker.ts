import { LlmError } from "./errors.ts";

const FAILURE_THRESHOLD = 5;
const OPEN_MILLIS = 30_000;

export interface Breaker {
  /**
   * Runs `call` unless its provider has been failing; then throws a retryable `LlmError` that says how long
   * to wait. Whatever `call` throws is passed on.
   */
  run<T>(provider: string, call: () => Promise<T>): Promise<T>;
}

interface Circuit {
  failures: number;
  openUntil: number;
  isProbing: boolean;
}

/**
 * A circuit breaker per provider, in the memory of one environment. Five retryable failures in a row open it
 * for 30 s; then one call at a time may probe, and its outcome closes the circuit or opens it again.
 * `now` gives milliseconds.
 */
export function createBreaker({ now }: { now: () => number }): Breaker {
  const circuits = new Map<string, Circuit>();

  function circuitOf(provider: string): Circuit {
    const circuit = circuits.get(provider) ?? { failures: 0, openUntil: 0, isProbing: false };
    circuits.set(provider, circuit);
    return circuit;
  }

  return {
    async run(provider, call) {
      const circuit = circuitOf(provider);
      const isProbe = circuit.failures >= FAILURE_THRESHOLD;
      if (isProbe) admitProbe(circuit, now());
      try {
        const result = await call();
        circuit.failures = 0;
        return result;
      } catch (error) {
        recordFailure(circuit, error, now());
        throw error;
      } finally {
        if (isProbe) circuit.isProbing = false;
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

function recordFailure(circuit: Circuit, error: unknown, now: number): void {
  // A cancelled call says nothing about the provider, and a key that was changed nothing bad.
  if (!(error instanceof LlmError) || (error.retryable && error.status === 401)) return;
  circuit.failures = error.retryable ? circuit.failures + 1 : 0;
  if (circuit.failures >= FAILURE_THRESHOLD) circuit.openUntil = now + OPEN_MILLIS;
}
