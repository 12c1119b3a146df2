import type { Route, RouteInput } from "@parley/contract/route";
import * as z from "zod/mini";
import { fieldErrors, parsing } from "./field-errors.ts";
import { type FieldError, invalidFields } from "./problem.ts";
import { refuseUnsafe } from "./refuse-unsafe.ts";

export interface RawInput {
  params: unknown;
  query: unknown;
  body: unknown;
}

const nothing = z.strictObject({});

function isEmpty(value: unknown): boolean {
  for (const _ in value as object | undefined) return false;
  return value === undefined || (typeof value === "object" && value !== null);
}

function parsePart(
  schema: z.ZodMiniObject | undefined,
  value: unknown,
  root: keyof RawInput,
  errors: FieldError[],
) {
  refuseUnsafe(value, root);
  if (schema === undefined && isEmpty(value)) return undefined;
  const result = (schema ?? nothing).safeParse(value === undefined ? {} : value, parsing);
  if (!result.success) errors.push(...fieldErrors(result.error, root));
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
  if (errors.length > 0) throw invalidFields(errors);
  // The schemas above are exactly those that RouteInput is computed from.
  return input as RouteInput<Route>;
}
