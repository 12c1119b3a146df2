import { expect, it } from "vitest";
import { parseRetryAfter } from "./retry-after.ts";

const NOW = Date.parse("2026-11-21T06:00:00Z");

it.each([
  [{ "retry-after": "7" }, 7000],
  [{ "retry-after": "0.5" }, 500],
  [{ "retry-after": "0" }, 0],
  [{ "retry-after": "Sat, 21 Nov 2026 06:00:30 GMT" }, 30_000],
  [{ "retry-after": "Sat, 21 Nov 2026 05:00:00 GMT" }, 0],
  [{ "retry-after-ms": "1500", "retry-after": "2" }, 1500],
  [{ "retry-after-ms": "soon", "retry-after": "2" }, 2000],
  [{ "retry-after": "soon" }, undefined],
  [{ "retry-after": "" }, undefined],
  [{}, undefined],
])("reads %o as %s ms", (headers, expected) => {
  expect(parseRetryAfter(new Headers(headers as Record<string, string>), NOW)).toBe(expected);
});
