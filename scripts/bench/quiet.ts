import { cpus } from "node:os";
import { setTimeout as pause } from "node:timers/promises";

const tickMillis = 100;
const calmTicks = 10;
const maximumTicks = 300;
const restShare = 0.9;

function processorTimes(): { idle: number; total: number } {
  const sum = { idle: 0, total: 0 };
  for (const { times } of cpus()) {
    sum.idle += times.idle;
    sum.total += times.user + times.nice + times.sys + times.irq + times.idle;
  }
  return sum;
}

/**
 * A wait until the processors have rested for a second, so that no target is measured while another one still works
 * on what it was asked before: LangGraph's development server writes its whole state to a file for seconds afterwards.
 * Where they do not come to rest it says so, and is not tried again.
 */
export function createRest(): () => Promise<void> {
  let isInVain = false;
  return async () => {
    let before = processorTimes();
    let calm = 0;
    for (let tick = 0; tick < maximumTicks && !isInVain; tick++) {
      await pause(tickMillis);
      const now = processorTimes();
      const isCalm = now.idle - before.idle >= restShare * (now.total - before.total);
      calm = isCalm ? calm + 1 : 0;
      before = now;
      if (calm === calmTicks) return;
    }
    if (!isInVain) console.error("Other work keeps this machine busy: ratios may say little.");
    isInVain = true;
  };
}
