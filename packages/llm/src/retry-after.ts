/**
 * Reads how long a provider asks us to wait, in milliseconds: `retry-after-ms`, or `Retry-After` as seconds
 * or as an HTTP date (RFC 9110, 10.2.3). Undefined if the headers say nothing usable.
 */
export function parseRetryAfter(headers: Headers, now: number): number | undefined {
  const millis = nonNegative(headers.get("retry-after-ms"));
  if (millis !== undefined) return Math.ceil(millis);

  const value = headers.get("retry-after");
  const seconds = nonNegative(value);
  if (seconds !== undefined) return Math.ceil(seconds * 1000);

  const date = Date.parse(value ?? "");
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function nonNegative(value: string | null): number | undefined {
  if (value === null || !/^\s*\d+(\.\d+)?\s*$/.test(value)) return undefined;
  return Number(value);
}
