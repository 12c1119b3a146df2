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

it.each([
  ["Anthropic", "prompt is too long: 208310 tokens > 200000 maximum"],
  ["Bedrock", "Input is too long for requested model."],
  ["Bedrock's Titan", "Malformed input request: expected maxLength: 50000, actual: 60000"],
  ["Gemini", "The input token count (1196265) exceeds the maximum number of tokens allowed (1048575)."],
  ["Vertex", "the input token count is 32825 but model only supports up to 32768."],
  ["xAI", "This model's maximum prompt length is 131072 but the request contains 537812 tokens."],
  ["DashScope", "InternalError.Algo.InvalidParameter: Range of input length should be [1, 30720]"],
  ["vLLM", "The decoder prompt (length 5000) is longer than the maximum model length of 4096."],
  ["SGLang", "The input (5000 tokens) is longer than the model's context length (4096 tokens)."],
  ["Kimi", "Invalid request: Your request exceeded model token limit: 8192 (requested: 9000)"],
  ["Mistral", "Prompt contains 40000 tokens, too large for model with 32768 maximum context length"],
  ["Groq", "Please reduce the length of the messages or completion."],
  ["Together", "`inputs` tokens + `max_new_tokens` must be <= 8193. Given: 9000 `inputs` tokens"],
  ["Fireworks", "The prompt is too long: 13000, model maximum context length: 8191"],
  ["Cohere", "too many tokens: total number of tokens in the prompt cannot exceed 4081 - received 5000."],
  ["Ollama", "the input length exceeds the context length"],
  ["llama.cpp", "the request exceeds the available context size, try increasing it"],
  ["LM Studio", "The number of tokens to keep from the initial prompt is greater than the context length."],
  ["Poolside", "Input length 131393 exceeds the maximum allowed input length of 131040 tokens."],
  ["MiniMax", "invalid params, context window exceeds limit"],
  ["Zhipu", "Prompt 超长"],
])("knows %s's overflow by its words", (_, message) => {
  expect(codeOf({ status: 400, message })).toEqual(["context_too_long", false]);
});

it.each([
  [
    "Azure",
    400,
    "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
  ],
  ["OpenAI", 400, "Your request was rejected as a result of our safety system."],
  ["Bedrock", 400, "Output blocked by content filtering policy"],
  ["Gemini", 400, "The prompt contains sensitive words that violate Google's Responsible AI practices."],
  ["xAI", 403, "Content violates usage guidelines. Failed check: SAFETY_CHECK_TYPE_BIO"],
  ["OpenRouter", 403, 'openai/o3 requires moderation. Your input was flagged for "violence"'],
  ["DashScope", 400, "Input data may contain inappropriate content."],
  ["DeepSeek", 400, "Content Exists Risk"],
  ["Kimi", 400, "The request was rejected because it was considered high risk"],
  ["Zhipu", 400, "系统检测到输入或生成内容可能包含不安全或敏感内容"],
  ["Cohere", 498, ""],
])("knows %s's filter by its words", (_, status, message) => {
  expect(codeOf({ status, message })).toEqual(["content_filtered", false]);
});

it.each([
  [400, "max_tokens is too large: 100000. This model supports at most 4096 completion tokens."],
  [400, "`max_tokens` must be less than or equal to `8192`, which is less than the `context_window`"],
  [403, "Your account has been flagged for suspicious activity"],
  [400, "Invalid 'tools[0].function.name': string does not match pattern"],
])("takes %i %s for a refusal", (status, message) => {
  expect(codeOf({ status, message })).toEqual(["provider_rejected", false]);
});

it("does not take a word about context or billing in a server error for the cause", () => {
  const message = "context window service down, please reduce the length, content filter, credit balance";
  expect(codeOf({ status: 500, message })).toEqual(["provider_unavailable", true]);
});

it("passes the wish to wait on, and its date relative to now", () => {
  const headers = new Headers({ "retry-after": "Sat, 21 Nov 2026 06:00:09 GMT" });
  expect(toLlmError({ ...SILENT, status: 503, headers }, NOW).retryAfterMillis).toBe(9000);
});

it("keeps a provider's own code only if it looks like one", () => {
  const reasonOf = (codes: string[]) => toLlmError({ ...SILENT, status: 500, codes }, NOW).reason;
  expect(reasonOf(["error", "INTERNAL"])).toBe("INTERNAL");
  expect(reasonOf(["your prompt was: hello", "server_error"])).toBe("server_error");
  expect(reasonOf(["sk-secret"])).toBeUndefined();
});

it("keeps a request id only if it looks like one", () => {
  const idOf = (id: string) =>
    toLlmError({ ...SILENT, status: 500, headers: new Headers({ "request-id": id }) }, NOW).requestId;
  expect(idOf("req_011CXm")).toBe("req_011CXm");
  expect(idOf("your prompt was: hello")).toBeUndefined();
  expect(idOf("x".repeat(500))).toHaveLength(128);
});
