import { environmentVariable } from "./environment.ts";

/** Keys that every later log line of the same request or job carries. */
export interface LogKeys {
  requestId?: string;
  userId?: string;
  conversationId?: string;
  replyId?: string;
  attempt?: number;
}

/** What a line says of its own; the keys of its beginning are the logger's. */
type Attributes = { readonly [key: string]: unknown } & {
  readonly [key in "level" | "message" | "timestamp" | "service" | "sampling_rate" | "xray_trace_id"]?: never;
};

type Write = (message: string, attributes?: Attributes) => void;

/** Powertools' levels. */
const thresholds: Readonly<Record<string, number>> = {
  TRACE: 6,
  DEBUG: 8,
  INFO: 12,
  WARN: 16,
  ERROR: 20,
  CRITICAL: 24,
  // As Lambda calls it.
  FATAL: 24,
  SILENT: 28,
};

let scope: LogKeys = {};
let trace: string | undefined;

/** The id in `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0`, and nothing else of a client's. */
function rootOf(header: string | undefined): string | undefined {
  return header ? /(?:^|;)Root=([0-9a-f-]{1,64})(?:;|$)/.exec(header)?.[1] : undefined;
}

/** Adds what is not empty. */
function addTo(line: Record<string, unknown>, values: Readonly<Record<string, unknown>>): void {
  for (const key in values) {
    const value = values[key];
    if (value !== undefined && value !== null && value !== "") line[key] = value;
  }
}

/** Lambda's own setting of a function's level goes first. */
function presentThreshold(): number {
  const names = ["AWS_LAMBDA_LOG_LEVEL", "POWERTOOLS_LOG_LEVEL", "LOG_LEVEL"];
  const levels = names.map((name) => thresholds[environmentVariable(name)?.toUpperCase() ?? ""]);
  return levels.find((level) => level !== undefined) ?? 12;
}

/** The share of environments that write everything. */
function presentSamplingRate(): number {
  const rate = Number(environmentVariable("POWERTOOLS_LOGGER_SAMPLE_RATE") ?? 0);
  return rate >= 0 && rate <= 1 ? rate : 0;
}

/**
 * Writes the lines that Powertools' `Logger` would, whose format dashboards and queries know. That class takes a tenth
 * of a read function's eager code, and three times as long for each line.
 */
function openLogger(): Readonly<Record<"debug" | "info" | "warn" | "error", Write>> {
  const service = environmentVariable("POWERTOOLS_SERVICE_NAME") ?? "service_undefined";
  const samplingRate = presentSamplingRate();
  const isSampled = Math.random() < samplingRate;
  const threshold = isSampled ? Math.min(8, presentThreshold()) : presentThreshold();

  function writer(level: "DEBUG" | "INFO" | "WARN" | "ERROR"): Write {
    if ((thresholds[level] ?? 0) < threshold) return () => {};
    // The streams that a console takes for it. They take a line whole before they return.
    const stream = level === "DEBUG" || level === "INFO" ? process.stdout : process.stderr;
    return (message, attributes) => {
      const line: Record<string, unknown> = {
        level,
        message,
        timestamp: new Date().toISOString(),
        service,
        sampling_rate: samplingRate,
        xray_trace_id: rootOf(trace ?? process.env._X_AMZN_TRACE_ID),
      };
      addTo(line, scope as Readonly<Record<string, unknown>>);
      addTo(line, attributes ?? {});
      stream.write(`${JSON.stringify(line)}\n`);
    };
  }

  return { debug: writer("DEBUG"), info: writer("INFO"), warn: writer("WARN"), error: writer("ERROR") };
}

/**
 * The one logger of an environment. Never give it message text, titles or an error object:
 * ids, counts, `describeError(error)` and `describeFault(error)` only.
 */
export const logger = openLogger();

// Nobody is left to read the lines where a stream is broken; work goes on, as with a console.
for (const stream of [process.stdout, process.stderr]) {
  if (stream.listenerCount("error") === 0) stream.on("error", () => {});
}

/**
 * Starts a request or job: forgets the keys of the one before and sets the given ones.
 * @param traceHeader X-Amzn-Trace-Id where it is at hand, as Lambda also has it in the environment: of all that a line
 * takes, a look there takes longest
 */
export function startLogScope(keys: LogKeys, traceHeader?: string): void {
  scope = { ...keys };
  trace = traceHeader;
}

/** Adds keys to the current request or job. */
export function addLogKeys(keys: LogKeys): void {
  Object.assign(scope, keys);
}
