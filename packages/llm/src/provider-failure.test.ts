import { expect, it } from "vitest";
import { type ProviderFailure, toLlmError } from "./provider-failure.ts";

const NOW = Date.parse("2026-11-21T06:00:00Z");
const SILENT: ProviderFailure = { status: undefined, headers: undefined, codes: [], message: "" };

function codeOf(failure: Partial<ProviderFailure>) {
  const { code, retryable } = toLlmError({ ...SILENT, ...failure }, NOW);
  return [code, retryable];
}

it.each([500, 502, 503, 504, 520, 529, 408, 409, 425, 429])("may be tried again after %i", (status) => {
  expect(codeOf({ status })).toEqual(["provider_unavailable", true]);
});

it.each([400, 401, 403, 404, 405, 415, 422])("is final after %i", (status) => {
  expect(codeOf({ status })).toEqual(["provider_rejected", false]);
});

it("may be tried again after a network failure", () => {
  expect(codeOf({})).toEqual(["provider_unavailable", true]);
});

it.each([
  ["invalid_request_error", "provider_rejected"],
  ["authentication_error", "provider_rejected"],
  ["billing_error", "provider_rejected"],
  ["context_length_exceeded", "context_too_long"],
  ["content_filter", "content_filtered"],
  ["rate_limit_error", "provider_unavailable"],
  ["overloaded_error", "provider_unavailable"],
  ["something_new", "provider_unavailable"],
])("places an error event of type %s", (type, expected) => {
  expect(codeOf({ codes: [type] })[0]).toBe(expected);
});

it("knows an overflow by its status and a spent budget by its words alone", () => {
  expect(codeOf({ status: 413 })).toEqual(["context_too_long", false]);
  expect(codeOf({ status: 429, message: "You have reached your API usage limits" })).toEqual([
    "provider_rejected",
    false,
  ]);
});

it("does not take a word about context or billing in a server error for the cause", () => {
  const message = "context window service down, please reduce the length, content filter, credit balance";
  expect(codeOf({ status: 500, message })).toEqual(["provider_unavailable", true]);
});

it("passes the wish to wait on, and its date relative to now", () => {
  const headers = new Headers({ "retry-after": "Sat, 21 Nov 2026 06:00:09 GMT" });
  expect(toLlmError({ ...SILENT, status: 503, headers }, NOW).retryAfterMillis).toBe(9000);
});

it("keeps a request id only if it looks like one", () => {
  const idOf = (id: string) =>
    toLlmError({ ...SILENT, status: 500, headers: new Headers({ "request-id": id }) }, NOW).requestId;
  expect(idOf("req_011CXm")).toBe("req_011CXm");
  expect(idOf("your prompt was: hello")).toBeUndefined();
  expect(idOf("x".repeat(500))).toHaveLength(128);
});
