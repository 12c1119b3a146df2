import { chain, describeError, type ErrorDescription } from "./describe-error.ts";
import { stackFrames } from "./stack-frames.ts";

/** What of an error that is our own fault may be logged. */
export interface FaultDescription extends ErrorDescription {
  frames: string[];
}

/** An error's frames, or those of its cause where only that one has some in this project's own code. */
function framesOf(error: unknown): string[] {
  const stacks = chain(error).flatMap((link) => (link instanceof Error ? [stackFrames(link)] : []));
  const ours = stacks.find((frames) => frames.some((frame) => /\((?:functions|packages)\//.test(frame)));
  return ours ?? stacks[0] ?? [];
}

/** An error that nobody expected: what `describeError` says, and where it was thrown. */
export function describeFault(error: unknown): FaultDescription {
  return { ...describeError(error), frames: framesOf(error) };
}
