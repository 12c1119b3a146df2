import { Logger, LogLevelThreshold } from "@aws-lambda-powertools/logger";
import type { LogItemExtraInput, LogItemMessage } from "@aws-lambda-powertools/logger/types";

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

const levels = new Map<number, string>(
  Object.entries(LogLevelThreshold).map(([name, threshold]) => [threshold, name]),
);

let scope: LogKeys = {};
let trace: string | undefined;

/** What the logger is set up with, which no line changes. */
let settings: { threshold: number; service: unknown; sampling_rate: unknown } | undefined;

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

/**
 * Writes the lines that `Logger` would, in a third of the time: it asks the environment a dozen times for each whether
 * invocations may overlap, and writes by a replacer for errors and cycles and a console.
 */
class LeanLogger extends Logger {
  settings() {
    const { service, sampling_rate } = this.createAndPopulateLogItem(0, "", []).getAttributes();
    return { threshold: this.level, service, sampling_rate };
  }

  protected override processLogItem(threshold: number, message: LogItemMessage, extra: LogItemExtraInput) {
    // What the logger says of itself while it is made.
    if (settings === undefined) return super.processLogItem(threshold, message, extra);
    if (threshold < settings.threshold) return;
    const line: Record<string, unknown> = {
      level: levels.get(threshold),
      message,
      timestamp: new Date().toISOString(),
      service: settings.service,
      sampling_rate: settings.sampling_rate,
      xray_trace_id: rootOf(trace ?? process.env._X_AMZN_TRACE_ID),
    };
    addTo(line, scope as Readonly<Record<string, unknown>>);
    for (const attributes of extra) addTo(line, attributes as Readonly<Record<string, unknown>>);
    // The streams that a console takes for it. They take a line whole before they return.
    const stream = threshold < LogLevelThreshold.WARN ? process.stdout : process.stderr;
    stream.write(`${JSON.stringify(line)}\n`);
  }
}

function openLogger() {
  const lean = new LeanLogger();
  settings = lean.settings();
  // One object for what a line says of its own, and nothing else that `Logger` takes.
  return lean as unknown as typeof logger;
}

/**
 * The one logger of an environment. Never give it message text, titles or an error object:
 * ids, counts, `describeError(error)` and `describeFault(error)` only.
 */
export const logger: Readonly<Record<"debug" | "info" | "warn" | "error", Write>> = openLogger();

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
