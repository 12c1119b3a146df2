import { CognitoError, invalidParameter } from "./errors.ts";

/** The parsed JSON of one call. */
export type Input = Readonly<Record<string, unknown>>;

const missing = (name: string) =>
  invalidParameter(
    `1 validation error detected: Value null at '${name.charAt(0).toLowerCase()}${name.slice(1)}' ` +
      "failed to satisfy constraint: Member must not be null",
  );

/** Reads a required string member; InvalidParameterException when it is absent. */
export function readText(input: Input, name: string): string {
  const value = readOptionalText(input, name);
  if (value === undefined || value === "") throw missing(name);
  return value;
}

/** Reads a user name, which the service bounds at 128 characters wherever it is given. */
export function readUsername(input: Input): string {
  const username = readText(input, "Username");
  if (username.length <= 128) return username;
  throw invalidParameter(
    "1 validation error detected: Value at 'username' failed to satisfy constraint: " +
      "Member must have length less than or equal to 128",
  );
}

/** Reads a string member that may be absent; SerializationException when it is of another type. */
export function readOptionalText(input: Input, name: string): string | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") {
    throw new CognitoError("SerializationException", `${name} can not be converted to a String`);
  }
  return value;
}

/** Reads a member that is an object, `{}` when it is absent. */
export function readObject(input: Input, name: string): Input {
  const value = input[name];
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw new CognitoError("SerializationException", `${name} is not a structure`);
  return value;
}

/** Reads a member that is an object of strings, `{}` when it is absent. */
export function readTexts(input: Input, name: string): Record<string, string> {
  const value = readObject(input, name);
  return Object.fromEntries(Object.keys(value).map((key) => [key, readOptionalText(value, key) ?? ""]));
}

/** Reads a list of `{ Name, Value }` pairs, the form of every attribute list of the service. */
export function readAttributes(input: Input, name: string): Map<string, string> {
  const value = input[name] ?? [];
  if (!Array.isArray(value)) throw new CognitoError("SerializationException", `${name} is not a list`);
  const attributes = new Map<string, string>();
  for (const pair of value) {
    if (!isObject(pair)) throw new CognitoError("SerializationException", `${name} holds a non-structure`);
    attributes.set(readText(pair, "Name"), readOptionalText(pair, "Value") ?? "");
  }
  return attributes;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
