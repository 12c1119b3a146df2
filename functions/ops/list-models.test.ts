import { opsAnswers } from "@parley/contract/answers/ops";
import { opsRoutes } from "@parley/contract/routes/ops";
import { createApi } from "@parley/http/create-api";
import { captureLog } from "@parley/http/testing/capture-log";
import { eventFor, send } from "@parley/http/testing/send";
import { availableModels, defaultModel, type ModelCatalog } from "@parley/llm/models";
import { expect, it } from "vitest";
import { listModels } from "./list-models.ts";

captureLog();

async function list(catalog: ModelCatalog, configured?: string) {
  const api = createApi({
    routes: { listModels: opsRoutes.listModels },
    operations: { listModels: listModels(catalog, defaultModel(catalog, configured)) },
    resolveCaller: async () => ({ outcome: "active", user: { id: "user-1" } }),
    apiRatePerSecond: 0,
  });
  const answer = await send(api, eventFor("GET /v1/models"));
  expect(answer.status).toBe(200);
  return opsAnswers.listModels[200].parse(answer.body).data;
}

it("lists what the contract says, the default first and marked", async () => {
  const models = await list(availableModels({ includeScripted: true }), "scripted/echo");
  expect(models[0]).toMatchObject({ id: "scripted/echo", provider: "scripted", isDefault: true });
  expect(models.filter((model) => model.isDefault)).toHaveLength(1);
  expect(models.map((model) => model.id)).toContain("scripted/demo");
});

it("offers no model of a provider that is not configured", async () => {
  const models = await list(availableModels({ includeScripted: false, anthropicApiKey: "k" }));
  expect(new Set(models.map((model) => model.provider))).toEqual(new Set(["anthropic"]));
});

it("lists a default that only the server behind OPENAI_BASE_URL knows", async () => {
  const catalog = availableModels({ includeScripted: false, openaiBaseUrl: "http://127.0.0.1/v1" });
  const models = await list(catalog, "openai/llama-4:8b");
  expect(models[0]).toMatchObject({ id: "openai/llama-4:8b", isDefault: true });
});

it("names metered prices as the contract does", async () => {
  const name = { id: "scripted/echo", provider: "scripted", kind: "scripted", name: "echo" } as const;
  const terms = { contextTokens: 9_000, maxOutputTokens: 100, priceInput: 2, priceOutput: 8, parameters: [] };
  const models = await list({ models: [{ ...name, ...terms }], providers: [], openProviders: [] });
  expect(models[0]?.price).toEqual({ kind: "metered", inputPer1000: 2, outputPer1000: 8 });
});
