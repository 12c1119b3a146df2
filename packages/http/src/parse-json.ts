import { invalid } from "./problem.ts";

/** Some editors and clients begin a text with a byte order mark, which JSON does not know. */
export function withoutByteOrderMark(text: string): string {
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
}

/**
 * What the text says. Nesting and keys are left to `refuseUnsafe`, which can name the place: the parser takes any
 * depth, and makes of `__proto__` a key like any other.
 * @param path where the text stands in the request: `body`.
 * @throws Problem 400 for text that is empty or not JSON.
 */
export function parseJson(text: string, path: string): unknown {
  if (text.trim() === "") throw invalid(path, "must not be empty");
  try {
    return JSON.parse(withoutByteOrderMark(text));
  } catch {
    throw invalid(path, "is not valid JSON");
  }
}
