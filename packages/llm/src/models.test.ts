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
  expect(providersOf({ openaiBaseUrl: "http://x", includeScripted: false })).toEqual(["openai"]);
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
    name: "meta-llama/llama-4:8b",
    contextTokens: 16_384,
    maxOutputTokens: 4_096,
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
