import { expect, it } from "vitest";
import { availableModels, defaultModel, findModel } from "./models.ts";

const OFFLINE = { includeScripted: true };
const idsOf = (input: Parameters<typeof availableModels>[0]) =>
  availableModels(input).models.map(({ id }) => id);
const providersOf = (input: Parameters<typeof availableModels>[0]) => [
  ...new Set(availableModels(input).models.map(({ provider }) => provider)),
];

it("offers a provider only with what it needs", () => {
  expect(providersOf({ includeScripted: false })).toEqual([]);
  expect(providersOf(OFFLINE)).toEqual(["scripted"]);
  expect(providersOf({ openaiApiKey: "k", includeScripted: false })).toEqual(["openai"]);
  expect(providersOf({ openaiBaseUrl: "https://eu.api.openai.com/v1", includeScripted: false })).toEqual([
    "openai",
  ]);
  expect(providersOf({ anthropicApiKey: "k", includeScripted: true })).toEqual(["anthropic", "scripted"]);
});

it("takes empty settings for missing ones", () => {
  expect(providersOf({ openaiApiKey: "", openaiBaseUrl: "", anthropicApiKey: "", ...OFFLINE })).toEqual([
    "scripted",
  ]);
});

it("has well-formed, unique ids and sound limits", () => {
  const { models } = availableModels({ openaiApiKey: "k", anthropicApiKey: "k", includeScripted: true });
  expect(new Set(models.map(({ id }) => id)).size).toBe(models.length);
  for (const model of models) {
    expect(model.id).toBe(`${model.provider}/${model.name}`);
    expect(model.maxOutputTokens).toBeLessThan(model.contextTokens / 2);
    expect(model).toMatchObject({ priceFlat: 100 });
  }
});

it("has the offline models", () => {
  expect(idsOf(OFFLINE)).toEqual([
    "scripted/demo",
    "scripted/echo",
    "scripted/slow",
    "scripted/thinks",
    "scripted/fail-unavailable",
    "scripted/fail-rejected",
    "scripted/fail-filtered",
    "scripted/fail-overflow",
    "scripted/fail-cut",
    "scripted/fail-hang",
  ]);
});

it("finds listed models only", () => {
  const catalog = availableModels({ openaiApiKey: "k", ...OFFLINE });
  expect(findModel("scripted/echo", catalog)).toMatchObject({ provider: "scripted", name: "echo" });
  expect(findModel("openai/nonsense", catalog)).toBeUndefined();
  expect(findModel("anthropic/claude-sonnet-5-5", catalog)).toBeUndefined();
  expect(findModel("echo", catalog)).toBeUndefined();
});

it("accepts any OpenAI model with a base URL, with cautious limits", () => {
  const catalog = availableModels({ openaiBaseUrl: "http://localhost:11434/v1", ...OFFLINE });
  expect(findModel("openai/meta-llama/llama-4:8b", catalog)).toEqual({
    id: "openai/meta-llama/llama-4:8b",
    provider: "openai",
    kind: "openai",
    name: "meta-llama/llama-4:8b",
    contextTokens: 16_384,
    maxOutputTokens: 4_096,
    parameters: ["temperature", "topP", "maxOutputTokens", "stop"],
    priceFlat: 100,
  });
  for (const id of [
    "openai/",
    "openai/a b",
    `openai/${"x".repeat(129)}`,
    "openai/\n",
    "other/llama",
    "llama",
  ]) {
    expect(findModel(id, catalog), id).toBeUndefined();
  }
});

it("prefers the configured default, then OpenAI, Anthropic, the demo", () => {
  const both = availableModels({ openaiApiKey: "k", anthropicApiKey: "k", ...OFFLINE });
  expect(defaultModel(both, "scripted/echo").id).toBe("scripted/echo");
  expect(defaultModel(both).provider).toBe("openai");
  expect(defaultModel(availableModels({ anthropicApiKey: "k", ...OFFLINE })).provider).toBe("anthropic");
  expect(defaultModel(availableModels(OFFLINE), "").id).toBe("scripted/demo");
});

it("says what is wrong when there is no default", () => {
  expect(() => defaultModel(availableModels(OFFLINE), "openai/x")).toThrow("DEFAULT_MODEL is openai/x");
  expect(() => defaultModel(availableModels({ includeScripted: false }))).toThrow("OPENAI_API_KEY");
});

const local = { openaiBaseUrl: "http://localhost:11434/v1" };

it("lists of a server of its own what the server has, and nothing of OpenAI's", () => {
  expect(idsOf({ ...local, includeScripted: false })).toEqual([]);
  const catalog = availableModels({
    ...local,
    openaiModels: ["qwen3:8b", "llama3.3"],
    includeScripted: false,
  });
  expect(catalog.models.map(({ id }) => id)).toEqual(["openai/qwen3:8b", "openai/llama3.3"]);
  expect(defaultModel(catalog).id).toBe("openai/qwen3:8b");
  expect(findModel("openai/pulled-since", catalog)).toBeDefined();
  expect(() => defaultModel(availableModels({ ...local, includeScripted: false }))).toThrow(
    "DEFAULT_MODEL is not set",
  );
});

it("offers named providers as they are configured", () => {
  const listed = { name: "llama-3.3-70b", contextTokens: 131_072, price: { priceInput: 1, priceOutput: 4 } };
  const named = [
    { name: "groq", kind: "openai" as const, baseUrl: "https://api.groq.com/openai/v1", models: [listed] },
    { name: "vllm", kind: "openai" as const, baseUrl: "http://10.0.0.2/v1", models: [] },
    { name: "second", kind: "openai" as const, models: [] },
    { name: "keyless", kind: "anthropic" as const, models: [] },
    { name: "aws", kind: "bedrock" as const, models: [{ name: "eu.amazon.nova-2-lite-v1:0" }] },
  ];
  const catalog = availableModels({
    named,
    providerKeys: { groq: "k", second: "k" },
    includeScripted: false,
  });
  expect(findModel("groq/llama-3.3-70b", catalog)).toEqual({
    id: "groq/llama-3.3-70b",
    provider: "groq",
    kind: "openai",
    name: "llama-3.3-70b",
    contextTokens: 131_072,
    maxOutputTokens: 4_096,
    parameters: ["temperature", "topP", "maxOutputTokens", "stop"],
    priceInput: 1,
    priceOutput: 4,
  });
  expect(findModel("groq/other", catalog)).toBeUndefined();
  expect(findModel("vllm/anything", catalog)).toMatchObject({ provider: "vllm" });
  expect(findModel("aws/eu.amazon.nova-2-lite-v1:0", catalog)).toMatchObject({ kind: "bedrock" });
  expect(findModel("second/gpt-6-luna", catalog)).toMatchObject({ contextTokens: 950_000 });
  expect(catalog.models.some(({ provider }) => provider === "keyless")).toBe(false);
});
