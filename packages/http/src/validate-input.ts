import type { Route, RouteInput } from "@parley/contract/route";
import * as z from "zod";
import { problem } from "./problem.ts";
import { refuseUnsafe } from "./refuse-unsafe.ts";

export interface RawInput {
  params: unknown;
  query: unknown;
  body: unknown;
}

interface FieldError {
  path: string;
  message: string;
}

const mostErrors = 20;
const longestPath = 200;
const nothing = z.strictObject({});

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

/** Words for what a schema does not word itself. None of them repeats the value. */
const wording: z.core.$ZodErrorMap = (issue) => {
  if (issue.code === "invalid_type") {
    return issue.input === undefined
      ? "is required"
      : `must be ${kinds[issue.expected] ?? "of another type"}`;
  }
  if (issue.code === "invalid_value") return `must be ${issue.values.map(String).join(" or ")}`;
  if (issue.code === "too_small") return amount(issue, "least", issue.minimum);
  if (issue.code === "too_big") return amount(issue, "most", issue.maximum);
  return undefined;
};

const parsing = { error: wording };

/** An unknown key is an error of its own place, so that a form can point at it. */
function fieldErrors(issue: z.core.$ZodIssue, root: string): FieldError[] {
  const place = [root, ...issue.path.map(String)];
  if (issue.code !== "unrecognized_keys") return [{ path: place.join("."), message: issue.message }];
  return issue.keys.map((key) => ({ path: [...place, key].join("."), message: "is not a known field" }));
}

function isEmpty(value: unknown): boolean {
  for (const _ in value as object | undefined) return false;
  return value === undefined || (typeof value === "object" && value !== null);
}

function parsePart(
  schema: z.ZodObject | undefined,
  value: unknown,
  root: keyof RawInput,
  errors: FieldError[],
) {
  refuseUnsafe(value, root);
  if (schema === undefined && isEmpty(value)) return undefined;
  const result = (schema ?? nothing).safeParse(value === undefined ? {} : value, parsing);
  if (!result.success) errors.push(...result.error.issues.flatMap((issue) => fieldErrors(issue, root)));
  return schema === undefined ? undefined : result.data;
}

/**
 * Path parameters, query and body as the route's schemas give them.
 * @throws Problem 400 naming every place that is wrong (20 at most) and never its value.
 */
export function validateInput(route: Route, raw: RawInput): RouteInput<Route> {
  const errors: FieldError[] = [];
  const input = {
    params: parsePart(route.params, raw.params, "params", errors),
    query: parsePart(route.query, raw.query, "query", errors),
    body: parsePart(route.body, raw.body, "body", errors),
  };
  if (errors.length > 0) {
    const shown = errors.slice(0, mostErrors).map(({ path, message }) => ({
      path: path.slice(0, longestPath).toWellFormed(),
      message,
    }));
    throw problem("validation", { errors: shown });
  }
  // The schemas above are exactly those that RouteInput is computed from.
  return input as RouteInput<Route>;
}
