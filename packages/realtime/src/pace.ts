import { setTimeout as sleep } from "node:timers/promises";

const maximumPerSecond = 10;

/** A function to wait for before each delta of a reply: lets ten through in any second. */
export function createPace(): () => Promise<void> {
  const taken: number[] = [];
  return async () => {
    if (taken.length === maximumPerSecond) {
      await sleep(Math.max(0, (taken.shift() ?? 0) + 1_000 - performance.now()));
    }
    taken.push(performance.now());
  };
}
