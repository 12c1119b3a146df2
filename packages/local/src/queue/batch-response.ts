function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/**
 * The ids of the messages a function answered for, out of those it was given; `undefined` when the answer
 * fails the whole batch, because it cannot be read or names a message that was not in it.
 * Source: Lambda developer guide, "Success and failure conditions" of partial batch responses.
 */
export function succeededMessageIds(response: unknown, messageIds: readonly string[]): string[] | undefined {
  const failures = isObject(response) ? (response.batchItemFailures ?? []) : (response ?? []);
  if (!Array.isArray(failures)) return undefined;
  const failed = new Set<string>();
  for (const failure of failures) {
    const id = isObject(failure) ? failure.itemIdentifier : undefined;
    if (typeof id !== "string" || !messageIds.includes(id)) return undefined;
    failed.add(id);
  }
  return messageIds.filter((id) => !failed.has(id));
}
