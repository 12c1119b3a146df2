/** A server that is there answers far sooner; after this long people are told that it has not. */
export const lateMillis = 10_000;
export const unanswered = "The server has not answered yet.";

/** Waits on for what is late, and says so meanwhile. */
export function tellingLate<T>(answer: Promise<T>, tell: () => void): Promise<T> {
  const timer = setTimeout(tell, lateMillis);
  return answer.finally(() => clearTimeout(timer));
}
