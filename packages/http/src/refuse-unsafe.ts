import { invalid, type Problem } from "./problem.ts";

/** Deepest nesting of a body; the outermost object is level 1. */
const deepest = 32;
const forbiddenKeys = new Set(["__proto__", "constructor", "prototype"]);

function refuseText(text: string, path: string): void {
  // Postgres refuses NUL and silently changes a lone surrogate.
  if (text.includes("\0")) throw invalid(path, "must not contain the NUL character");
  if (!text.isWellFormed()) throw invalid(path, "must be well-formed Unicode");
}

/** Said of the whole: the path of the place itself is 33 names long, and helps nobody. */
function tooDeep(path: string): Problem {
  const [root = path] = path.split(".", 1);
  return invalid(root, `is nested more than ${deepest} levels deep`);
}

/**
 * Refuses what no schema should have to think about, anywhere in the value.
 * @param path where the value stands in the request: `body`, `query`, `params`.
 * @throws Problem 400 for NUL, lone surrogates, keys that reach a prototype, and nesting deeper than 32.
 */
export function refuseUnsafe(value: unknown, path: string, level = 1): void {
  if (typeof value === "string") refuseText(value, path);
  if (typeof value !== "object" || value === null) return;
  if (level > deepest) throw tooDeep(path);
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) refuseUnsafe(item, `${path}.${index}`, level + 1);
    return;
  }
  for (const [key, member] of Object.entries(value)) {
    if (forbiddenKeys.has(key)) throw invalid(path, `has the key "${key}", which is not allowed`);
    // The key itself is not repeated in the path before it is known to be clean text.
    refuseText(key, path);
    refuseUnsafe(member, `${path}.${key}`, level + 1);
  }
}
