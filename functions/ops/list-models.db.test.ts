import { opsAnswers } from "@parley/contract/answers/ops";
import { opsRoutes } from "@parley/contract/routes/ops";
import { openScene, type Scene } from "@parley/data/testing/scene.fixture";
import { createApi } from "@parley/http/create-api";
import { captureLog } from "@parley/http/testing/capture-log";
import { eventFor, send } from "@parley/http/testing/send";
import { availableModels, type ModelCatalog } from "@parley/llm/models";
import { offeredModels } from "@parley/sending/models";
import { afterAll, beforeAll, expect, it } from "vitest";
import { listModels } from "./list-models.ts";

captureLog();

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(async () => {
  await scene.close();
});

async function list(catalog: ModelCatalog, configured?: string) {
  const api = createApi({
    routes: { listModels: opsRoutes.listModels },
    operations: { listModels: listModels(scene.database, catalog, offeredModels(catalog, configured)) },
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

it("lists what admins wrote: in their order, at their price, and nothing that is disabled or without a provider", async () => {
  const values = [
    `('scripted/slow', 'Slow', 9000, 100, 2, 8, 0.5, '{stop}', true, true, -1)`,
    `('scripted/demo', null, 9000, 100, 2, 8, null, '{}', false, false, 0)`,
    `('groq/llama', null, 9000, 100, 2, 8, null, '{}', true, false, 0)`,
  ];
  await scene.rows(`insert into models (id, display_name, context_tokens, max_output_tokens, price_input, price_output,
    price_cached_input, parameters, is_enabled, is_default, position) values ${values.join(", ")}`);
  const models = await list(availableModels({ includeScripted: true }), "scripted/echo");
  const ids = models.map(({ id }) => id);
  expect(ids.slice(0, 2)).toEqual(["scripted/slow", "scripted/echo"]);
  expect(ids).not.toContain("scripted/demo");
  expect(ids).not.toContain("groq/llama");
  expect(models[0]).toMatchObject({
    displayName: "Slow",
    isDefault: true,
    price: { kind: "metered", inputPer1000: 2, outputPer1000: 8, cachedInputPer1000: 0.5 },
    parameters: ["stop"],
  });
});
