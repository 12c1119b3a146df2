import { setTimeout as pause } from "node:timers/promises";
import { watchProcessors } from "@parley/local/lambda/scale-up";

const tickMillis = 100;
// The watch then tells of a whole second.
const fewestTicks = 11;
const mostTicks = 300;
const restShare = 0.9;

/**
 * A wait until the processors have rested for a second, so that no target is measured while another one still works
 * on what it was asked before: LangGraph's development server writes its whole state to a file for seconds afterwards.
 * Where they do not come to rest it says so, and is not tried again.
 */
export function createRest(): () => Promise<void> {
  let isInVain = false;
  return async () => {
    const idleShare = watchProcessors();
    for (let tick = 0; tick < mostTicks && !isInVain; tick++) {
      await pause(tickMillis);
      if (idleShare() >= restShare && tick >= fewestTicks) return;
    }
    if (!isInVain) console.error("Other work keeps this machine busy: ratios may say little.");
    isInVain = true;
  };
}
