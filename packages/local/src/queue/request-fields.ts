import { invalidParameter, QueueError } from "./queue-error.ts";

/** A JSON object nobody has checked yet: a request, or an entry of a batch. */
export type Fields = Record<string, unknown>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wrongType(name: string): QueueError {
  return new QueueError("SerializationException", `${name} has the wrong type`);
}

/** @throws QueueError when the field is there and is no string */
export function optionalText(fields: Fields, name: string): string | undefined {
  const value = fields[name] ?? undefined;
  if (value === undefined || typeof value === "string") return value;
  throw wrongType(name);
}

/** @throws QueueError MissingParameter when the field is absent or empty */
export function requiredText(fields: Fields, name: string): string {
  const value = optionalText(fields, name);
  if (value !== undefined && value !== "") return value;
  throw new QueueError(
    "MissingRequiredParameterException",
    `The request must contain the parameter ${name}.`,
  );
}

/** @throws QueueError InvalidParameterValue when the number is outside the inclusive range */
export function optionalInteger(
  fields: Fields,
  name: string,
  minimum: number,
  maximum: number,
): number | undefined {
  const value = fields[name] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== "number" || !Number.isInteger(value)) throw wrongType(name);
  if (value >= minimum && value <= maximum) return value;
  throw invalidParameter(
    `Value ${value} for parameter ${name} is invalid. Reason: Must be between ${minimum} and ${maximum}, if provided.`,
  );
}

/** A list of strings, empty when absent. */
export function texts(fields: Fields, name: string): string[] {
  const value = fields[name] ?? [];
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
  throw wrongType(name);
}

/** A JSON object, empty when absent. */
export function optionalFields(fields: Fields, name: string): Fields {
  const value = fields[name] ?? {};
  if (isFields(value)) return value;
  throw wrongType(name);
}
