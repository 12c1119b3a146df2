import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { collect, REQUEST } from "@parley/llm/fixtures/collect";
import { deploymentModels, findModel } from "@parley/llm/models";
import { createProviders } from "@parley/llm/providers";
import { expect, test } from "vitest";
import { readSettings } from "../settings.ts";
import { activeModel, sourcesOf } from "./active-model.ts";
import { silentServers, withServerModels } from "./model-server.ts";

test("a server of models that does not answer is named, with its port and why; one that does is not", async () => {
  const server = createServer((_request, response) => response.writeHead(404).end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const settings = readSettings({
    OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`,
    ANTHROPIC_BASE_URL: `http://127.0.0.1:${port}`,
  });
  expect(await silentServers(settings)).toEqual([]);
  await new Promise((resolve) => server.close(resolve));
  expect(await silentServers({ ...settings, ANTHROPIC_BASE_URL: undefined })).toEqual([
    `WARN Nothing answers at OPENAI_BASE_URL, 127.0.0.1:${port} (ECONNREFUSED); replies will fail until it does.`,
  ]);
});

test("without a list of its models the server is asked, with its key; one without an answer needs a default", async () => {
  const keys: (string | undefined)[] = [];
  const server = createServer(({ headers }, response) => {
    keys.push(headers.authorization);
    const data = ["nomic-embed-text", "llama3.3", "qwen3:8b"].map((id) => ({ id, object: "model" }));
    response.end(JSON.stringify({ object: "list", data }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const settings = readSettings({ OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`, OPENAI_API_KEY: "k" });
  expect((await withServerModels(settings)).OPENAI_MODELS).toEqual(["llama3.3", "qwen3:8b"]);
  expect(keys).toEqual(["Bearer k"]);
  const named = { ...settings, OPENAI_MODELS: ["own"] };
  expect(await withServerModels(named)).toBe(named);
  await new Promise((resolve) => server.close(resolve));
  await expect(withServerModels(settings)).rejects.toThrow(
    `The server at OPENAI_BASE_URL, 127.0.0.1:${port}, does not list its models (ECONNREFUSED): start it, or set DEFAULT_MODEL.`,
  );
  const withDefault = { ...settings, DEFAULT_MODEL: "openai/llama3.3" };
  expect(await withServerModels(withDefault)).toBe(withDefault);
});

test("with its URL alone a server answers with its first model, and with each that it lists by name", async () => {
  const server = createServer(async (request, response) => {
    if (request.method === "GET") {
      return void response.end(JSON.stringify({ data: [{ id: "llama3.3" }, { id: "qwen3:8b" }] }));
    }
    let text = "";
    for await (const chunk of request) text += chunk;
    const message = { role: "assistant", content: `I am ${JSON.parse(text).model}.` };
    response.end(JSON.stringify({ choices: [{ index: 0, message, finish_reason: "stop" }] }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const settings = await withServerModels(readSettings({ OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1` }));
  const catalog = deploymentModels(sourcesOf(settings), undefined);
  expect(catalog.models.map(({ id }) => id)).toEqual(["openai/llama3.3", "openai/qwen3:8b"]);
  expect(activeModel(settings)).toBe("openai/llama3.3");
  const providers = createProviders(sourcesOf(settings));
  for (const { id } of catalog.models) {
    const { provider = "", name: model = "" } = findModel(id, catalog) ?? {};
    const { text } = await collect(providers.get(provider), { ...REQUEST, model });
    expect(text).toBe(`I am ${model}.`);
  }
  await new Promise((resolve) => server.close(resolve));
});
