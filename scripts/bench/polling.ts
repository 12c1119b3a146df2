import type { JsonAnswer } from "./json-over-http.ts";

/** How a client polls, in ms: soon at first, then patiently. The same for every server that is measured. */
export const pausesMillis = { first: 4, longest: 100 };

export function nextPause(millis: number): number {
  return Math.min(millis * 1.5, pausesMillis.longest);
}

/** The body of an answer of this status. Throws at any other. */
export function expectJson<T>(answer: JsonAnswer, status: number): T {
  if (answer.status === status) return answer.body as T;
  throw new Error(`The answer was ${answer.status}, not ${status}: ${JSON.stringify(answer.body)}`);
}
