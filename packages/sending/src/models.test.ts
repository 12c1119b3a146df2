import { modelId } from "@parley/contract/schemas/fields";
import { availableModels, deploymentModels, findModel } from "@parley/llm/models";
import { expect, it } from "vitest";
import { offeredModels } from "./models.ts";

const offline = availableModels({ includeScripted: true });
const anyOpenAi = availableModels({ openaiBaseUrl: "http://127.0.0.1/v1", includeScripted: false });

const providersOf = (sources: Parameters<typeof deploymentModels>[0], defaultModel?: string) => {
  const { models } = deploymentModels(sources, defaultModel);
  return [...new Set(models.map(({ provider }) => provider))];
};

it("offers the offline models without a provider, or when the default is one", () => {
  expect(providersOf({})).toEqual(["scripted"]);
  expect(providersOf({ openaiApiKey: "k" })).toEqual(["openai"]);
  expect(providersOf({ anthropicApiKey: "k" }, "scripted/echo")).toEqual(["anthropic", "scripted"]);
});

it("hands the database limits and price of each model, and the default", () => {
  const { models, defaultModel } = offeredModels(offline, undefined);
  expect(defaultModel).toBe("scripted/demo");
  expect(Object.keys(models)).toEqual(offline.models.map(({ id }) => id));
  expect(models["scripted/echo"]).toEqual({
    contextTokens: expect.any(Number),
    maxOutputTokens: expect.any(Number),
    priceFlat: 100,
    parameters: expect.arrayContaining(["temperature", "maxOutputTokens"]),
  });
});

it("hands over metered prices per thousand of the model's tokens", () => {
  const name = { id: "scripted/echo", provider: "scripted", kind: "scripted", name: "echo" } as const;
  const terms = { contextTokens: 9_000, maxOutputTokens: 100, priceInput: 2, priceOutput: 8, parameters: [] };
  const catalog = { models: [{ ...name, ...terms }], providers: [], openProviders: [] };
  expect(offeredModels(catalog, undefined).models).toEqual({ "scripted/echo": terms });
});

it("stands for models that only the server behind OPENAI_BASE_URL knows", () => {
  const { models, defaultModel } = offeredModels(anyOpenAi, "openai/llama-4:8b");
  expect(defaultModel).toBe("openai/llama-4:8b");
  expect(models).toHaveProperty(["openai/llama-4:8b"]);
  expect(models).toHaveProperty(["openai/*"]);
  expect(offeredModels(offline, undefined).models).not.toHaveProperty(["openai/*"]);
});

it.each([
  ["openai/@cf/meta/llama-3.1-8b-instruct", true],
  ["openai/qwen3@q4_k_m", true],
  ["openai/a+b~c:free", true],
  ["openai/two words", false],
  ["openai/", false],
  [`openai/${"x".repeat(129)}`, false],
])("takes %s in a body as the catalogue does: %s", (id, isTaken) => {
  expect(modelId.safeParse(id).success).toBe(isTaken);
  expect(findModel(id, anyOpenAi) !== undefined).toBe(isTaken);
});
