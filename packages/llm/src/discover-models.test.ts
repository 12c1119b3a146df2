import { expect, it } from "vitest";
import { discoverModels } from "./discover-models.ts";

type Source = Parameters<typeof discoverModels>[0];

/** What is asked, and what becomes of the answer. */
async function discover(source: Source, answer: unknown, status = 200) {
  const asked: { url: string; headers: Record<string, string> }[] = [];
  const ask = async (url: string | URL | Request, init?: RequestInit) => {
    asked.push({ url: String(url), headers: Object.fromEntries(new Headers(init?.headers)) });
    return new Response(typeof answer === "string" ? answer : JSON.stringify(answer), { status });
  };
  const found = await discoverModels(source, { fetch: ask as typeof fetch, patienceMillis: 1_000 });
  return { asked: asked[0], found };
}

it.each<[Source, string, Record<string, string>]>([
  [{ kind: "openai", apiKey: "k" }, "https://api.openai.com/v1/models", { authorization: "Bearer k" }],
  [{ kind: "openai", baseUrl: "http://10.0.0.2:8000/v1/" }, "http://10.0.0.2:8000/v1/models", {}],
  [
    { kind: "openai", baseUrl: "https://r.openai.azure.com/openai/v1", apiKey: "k", apiVersion: "preview" },
    "https://r.openai.azure.com/openai/v1/models?api-version=preview",
    { "api-key": "k" },
  ],
  [
    { kind: "anthropic", apiKey: "k" },
    "https://api.anthropic.com/v1/models?limit=1000",
    { "anthropic-version": "2023-06-01", "x-api-key": "k" },
  ],
])("asks %j where its models are listed", async (source, url, headers) => {
  expect((await discover(source, { data: [] })).asked).toEqual({ url, headers });
});

it("reads names, and sizes as each server calls them, and leaves out what is no model", async () => {
  const data = [
    { id: "meta-llama/llama-4:free", name: "Llama 4", context_length: 65_536 },
    { id: "qwen3", max_model_len: 32_768 },
    { id: "claude", display_name: "Claude", max_input_tokens: 1_000_000 },
    { id: "odd", context_window: "many" },
    { id: "two words" },
    { id: 7 },
    null,
  ];
  const { found } = await discover({ kind: "openai", baseUrl: "http://x/v1" }, { data });
  expect(found).toEqual([
    { name: "meta-llama/llama-4:free", displayName: "Llama 4", contextTokens: 65_536 },
    { name: "qwen3", displayName: undefined, contextTokens: 32_768 },
    { name: "claude", displayName: "Claude", contextTokens: 1_000_000 },
    { name: "odd", displayName: undefined, contextTokens: undefined },
  ]);
  expect((await discover({ kind: "openai" }, { data: "none" })).found).toEqual([]);
});

it("says how a server refuses, and nothing of what it says", async () => {
  const refused = discover({ kind: "openai", apiKey: "sk-1" }, { error: "sk-1 is wrong" }, 401);
  await expect(refused).rejects.toMatchObject({
    status: 401,
    message: "The server answered with status 401.",
  });
  await expect(discover({ kind: "openai" }, "<html>")).rejects.toThrow(SyntaxError);
});
