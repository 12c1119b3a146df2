import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { readSettings } from "../settings.ts";
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
