const isFull = process.env.CHAOS_FULL === "1";

/** How often a race is run; `CHAOS_FULL=1` takes the whole number instead of a tenth or so. */
export function times(reduced: number, full: number): number {
  return isFull ? full : reduced;
}
