/** What is at `path` in what a server sent, which may be anything. */
export function property(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === "object" && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );
}

export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** A number; its range is for the reader to judge. */
export function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** An object as it is, and an empty one for everything else. */
export function objectOf(value: unknown): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

/** The object that a text is the JSON of, such as a tool's arguments; an empty one where it is not. */
export function parsedObject(text: string): JsonObject {
  try {
    return objectOf(JSON.parse(text));
  } catch {
    return {};
  }
}

/** The fields of an object that have a value. */
export function presentFields(value: unknown): JsonObject {
  return Object.fromEntries(Object.entries(objectOf(value)).filter(([, each]) => each !== null));
}
