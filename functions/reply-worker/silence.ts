export interface SilenceLimits {
  /** Until something is heard. */
  firstMillis: number;
  /** From then on. */
  nextMillis: number;
}

export interface Silence {
  /** Aborted with a `TimeoutError` when it has lasted too long. */
  readonly signal: AbortSignal;
  /** Ends it; the next one begins. */
  broken(): void;
  stop(): void;
}

/** Watches a call of a model: what keeps coming may take its time, what has stopped may not. */
export function watchSilence({ firstMillis, nextMillis }: SilenceLimits): Silence {
  const controller = new AbortController();
  const isOver = () => controller.abort(new DOMException("Nothing was heard for too long.", "TimeoutError"));
  let timer = setTimeout(isOver, firstMillis);
  return {
    signal: controller.signal,
    broken() {
      clearTimeout(timer);
      timer = setTimeout(isOver, nextMillis);
    },
    stop: () => clearTimeout(timer),
  };
}
