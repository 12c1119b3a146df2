import type { ProviderFailure } from "./provider-failure.ts";

/**
 * Reads an error of either SDK by its shape (`status`, `headers`, `error` with the parsed body), so that the
 * SDK's classes need not be loaded to recognise them. Anything else, network errors included, has no status.
 */
export function failureOf(
  error: unknown,
  readBody: (body: unknown) => Pick<ProviderFailure, "codes" | "message">,
): ProviderFailure {
  const status = property(error, "status");
  const headers = property(error, "headers");
  return {
    status: typeof status === "number" ? status : undefined,
    headers: headers instanceof Headers ? headers : undefined,
    ...readBody(property(error, "error")),
  };
}

/** The strings found in `value` at `paths`, in that order; what is missing or no string is left out. */
export function textsOf(value: unknown, ...paths: string[][]): string[] {
  return paths
    .map((path) => path.reduce<unknown>(property, value))
    .filter((text): text is string => typeof text === "string");
}

function property(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Reflect.get(value, key);
}
