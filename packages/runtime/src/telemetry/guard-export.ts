import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import { describeError } from "../describe-error.ts";
import { logger } from "../logger.ts";

type Done = (result: ExportResult) => void;
type Export<Items> = (items: Items, done: Done) => void;

/** A collector that takes longer is as good as none. */
const patienceMillis = 900;
const firstPauseMillis = 30_000;
const longestPauseMillis = 300_000;
/** A connection that was kept while the environment was frozen. */
const staleCodes = new Set(["ECONNRESET", "EPIPE"]);

/** The result, or a failure when none comes in time. */
function attempt<Items>(send: Export<Items>, items: Items): Promise<ExportResult> {
  return new Promise((resolve) => {
    const tooSlow = Object.assign(new Error("too slow"), { code: "TOO_SLOW" });
    const timer = setTimeout(
      () => resolve({ code: ExportResultCode.FAILED, error: tooSlow }),
      patienceMillis,
    );
    send(items, (result) => {
      clearTimeout(timer);
      resolve(result);
    });
  });
}

/** The code of a network's error, or the status that the collector answered. */
function codeOf({ error }: ExportResult): string | undefined {
  const code: unknown = error !== undefined && "code" in error ? error.code : undefined;
  return code === undefined ? undefined : String(code);
}

/**
 * Sends once more what a stale connection has lost, and leaves a collector alone that fails: for half a minute, then
 * twice as long each time, up to five minutes. What comes meanwhile is dropped at once, so that nobody waits for it.
 * @param signal `traces` or `metrics`, as the log names it
 * @param refused told when the collector did not take the headers
 */
export function guardExport<Items>(
  send: Export<Items>,
  { signal, refused }: { signal: string; refused: () => Promise<void> },
  now: () => number = Date.now,
): Export<Items> {
  let pausedUntil = 0;
  let pauseMillis = 0;

  async function guarded(items: Items): Promise<ExportResult> {
    if (now() < pausedUntil) return { code: ExportResultCode.FAILED };
    let result = await attempt(send, items);
    if (staleCodes.has(codeOf(result) ?? "")) result = await attempt(send, items);
    if (result.code === ExportResultCode.SUCCESS) {
      if (pauseMillis > 0) logger.info("telemetry is sent again", { signal });
      pauseMillis = 0;
      return result;
    }
    pauseMillis = Math.min(Math.max(pauseMillis * 2, firstPauseMillis), longestPauseMillis);
    pausedUntil = now() + pauseMillis;
    const pauseSeconds = pauseMillis / 1_000;
    const error = { ...describeError(result.error), code: codeOf(result) };
    logger.warn("telemetry not sent", { signal, error, pauseSeconds });
    if (["401", "403"].includes(codeOf(result) ?? "")) void refused();
    return result;
  }

  return (items, done) => void guarded(items).then(done);
}
