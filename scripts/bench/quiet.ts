import { setTimeout as pause } from "node:timers/promises";
import { watchProcessors } from "@parley/local/lambda/scale-up";

const tickMillis = 100;
// The watch then tells of a whole second.
const fewestTicks = 11;
const mostTicks = 300;
const restShare = 0.9;

/**
 * Waits until the processors have rested for a second, so that no target is measured while another one still works
 * on what it was asked before: LangGraph's development server writes its whole state to a file for seconds afterwards.
 */
export async function whenQuiet(): Promise<void> {
  const idleShare = watchProcessors();
  for (let tick = 0; tick < mostTicks; tick++) {
    await pause(tickMillis);
    if (idleShare() >= restShare && tick >= fewestTicks) return;
  }
  console.error(`This machine did not come to rest within ${(mostTicks * tickMillis) / 1000} s.`);
}
