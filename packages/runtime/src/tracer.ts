import type { Tracer } from "@aws-lambda-powertools/tracer";
import { environmentVariable } from "./environment.ts";
import type { Span, SpanAbout } from "./telemetry/span.ts";
import { inSpan } from "./telemetry.ts";

/** Read once: it is looked at several times a request. */
const setting = environmentVariable("POWERTOOLS_TRACE_ENABLED");

/** X-Ray is asked for by setting, or, without one, by a sampled trace that Lambda hands over per invocation. */
function isXrayOn(): boolean {
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
 * Runs `run` inside a span of X-Ray, of OpenTelemetry, or of both, as the deployment asks for; else it only runs it.
 * @param name what is called, e.g. `database claim`; never data.
 * @param about what OpenTelemetry shows of it
 */
export async function traced<T>(
  name: string,
  run: (span: Span) => Promise<T>,
  about: SpanAbout = {},
): Promise<T> {
  if (!isXrayOn()) return inSpan(name, about, run);
  const tracer = await loadTracer();
  return inSpan(name, about, (span) => capture(tracer, name, () => run(span)));
}
