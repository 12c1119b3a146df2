import type * as z from "zod/mini";
import type { FieldError } from "./problem.ts";

const kinds: Record<string, string> = {
  array: "an array",
  boolean: "true or false",
  int: "a whole number",
  number: "a number",
  object: "an object",
  record: "an object",
  string: "a string",
};

function amount(issue: { origin: string }, bound: "least" | "most", value: number | bigint): string {
  const plural = value === 1 ? "" : "s";
  if (issue.origin === "array") return `must have at ${bound} ${value} item${plural}`;
  return `must be at ${bound} ${value}${issue.origin === "string" ? ` character${plural}` : ""}`;
}

function kindOf(expected: string): string {
  return kinds[expected] ?? "of another type";
}

const formats: Record<string, string> = {
  date: "must be a day such as 2026-11-21",
  datetime: "must be a time in UTC such as 2026-11-21T09:30:00Z",
};

function oneOf(choices: readonly unknown[]): string {
  const last = choices.at(-1);
  return choices.length > 2 ? `${choices.slice(0, -1).join(", ")} or ${last}` : choices.join(" or ");
}

type UnionIssue = Pick<z.core.$ZodIssueInvalidUnion, "errors"> & { options?: readonly unknown[] };

/** A union that is told by a field, or by what kind of value it is; there are no others in the contract. */
function choice({ options, errors }: UnionIssue): string {
  if (options !== undefined) return `must be ${oneOf(options)}`;
  const refused = errors.flatMap(([first]) =>
    first?.code === "invalid_type" ? [kindOf(first.expected)] : [],
  );
  return refused.length > 0 ? `must be ${oneOf(refused)}` : "is not valid";
}

/** Words for what a schema does not word itself: never zod's own, which are for who wrote the schema, nor the value. */
const wording: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined ? "is required" : `must be ${kindOf(issue.expected)}`;
    case "invalid_value":
      return `must be ${oneOf(issue.values)}`;
    case "too_small":
      return amount(issue, "least", issue.minimum);
    case "too_big":
      return amount(issue, "most", issue.maximum);
    case "invalid_union":
      return choice(issue);
    case "invalid_format":
      return formats[issue.format] ?? "is not valid";
    case "invalid_key":
      return `is a key that ${issue.issues[0]?.message ?? "is not valid"}`;
    default:
      return "is not valid";
  }
};

/** How a schema is to be parsed so that its errors are in words of ours. */
export const parsing = { error: wording };

/** An unknown key is an error of its own place, so that a form can point at it. */
function errorsOf(issue: z.core.$ZodIssue, root: string): FieldError[] {
  const place = [root, ...issue.path.map(String)];
  if (issue.code !== "unrecognized_keys") return [{ path: place.join("."), message: issue.message }];
  return issue.keys.map((key) => ({ path: [...place, key].join("."), message: "is not a known field" }));
}

/**
 * Every place that is wrong.
 * @param root where the value stands in what was sent: `body`, `message`.
 */
export function fieldErrors(error: z.core.$ZodError, root: string): FieldError[] {
  return error.issues.flatMap((issue) => errorsOf(issue, root));
}
