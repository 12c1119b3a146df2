import type * as z from "zod";

/** One variable as it is set now; an empty one counts as not set, as in a `.env` file with the name only. */
export function environmentVariable(name: string): string | undefined {
  return process.env[name] || undefined;
}

/**
 * The settings of a function, read once at init.
 * @throws Error with one sentence that names the first bad variable and never its value.
 */
export function parseEnvironment<S extends z.ZodObject>(schema: S): z.output<S> {
  const present = Object.entries(process.env).filter(([, value]) => value !== "");
  const result = schema.safeParse(Object.fromEntries(present));
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const name = String(issue?.path[0] ?? "The environment");
  const isMissing = environmentVariable(name) === undefined;
  throw new Error(
    isMissing ? `${name} is not set.` : `${name} is not valid: ${issue?.message ?? "unknown reason"}.`,
  );
}
