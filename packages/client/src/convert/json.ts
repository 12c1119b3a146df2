import { ConversionError } from "./conversion-error.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An object, or the mistake that it is none. */
export function objectAt(value: unknown, what: string): JsonObject {
  if (!isObject(value)) throw new ConversionError("wrong-type", `${what} is not an object.`);
  return value;
}

/** A list; none is an empty one. */
export function listAt(value: unknown, what: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new ConversionError("wrong-type", `${what} is not a list.`);
  return value;
}

/** A text; anything else is an empty one. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A point in time, given in seconds or milliseconds since 1970, as RFC 3339. */
export function timeOf(value: unknown): string | undefined {
  if (typeof value !== "number" || !(value > 0)) return undefined;
  const date = new Date(value > 1e11 ? value : value * 1_000);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
