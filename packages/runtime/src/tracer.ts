import type { Tracer } from "@aws-lambda-powertools/tracer";
import { environmentVariable } from "./environment.ts";

/** X-Ray is asked for by setting, or, without one, by a sampled trace that Lambda hands over per invocation. */
function isTracingOn(): boolean {
  const setting = environmentVariable("POWERTOOLS_TRACE_ENABLED");
  if (setting !== undefined) return /^(1|true|yes|on)$/i.test(setting);
  return environmentVariable("_X_AMZN_TRACE_ID")?.includes("Sampled=1") === true;
}

let loading: Promise<Tracer> | undefined;

// 30 ms of a cold start, so only where somebody looks at the traces. Outgoing HTTP is not captured: its spans
// would carry URLs, and the calls that matter have spans of their own.
function loadTracer(): Promise<Tracer> {
  loading ??= import("@aws-lambda-powertools/tracer").then(
    (module) => new module.Tracer({ captureHTTPsRequests: false }),
  );
  return loading;
}

async function capture<T>(tracer: Tracer, name: string, run: () => Promise<T>): Promise<T> {
  const outcome = Promise.withResolvers<T>();
  tracer.provider.captureAsyncFunc(name, async (subsegment) => {
    try {
      outcome.resolve(await run());
    } catch (error) {
      // The flag only: the SDK would record the message, which may contain chat text.
      subsegment?.addErrorFlag();
      outcome.reject(error);
    } finally {
      subsegment?.close();
    }
  });
  return outcome.promise;
}

/**
 * Runs `run` inside a tracing span; with tracing off it only runs it.
 * @param name what is called, e.g. `database send-message`; never data.
 */
export async function traced<T>(name: string, run: () => Promise<T>): Promise<T> {
  return isTracingOn() ? capture(await loadTracer(), name, run) : run();
}
