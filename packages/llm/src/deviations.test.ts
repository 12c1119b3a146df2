import { expect, it } from "vitest";
import type { NamedProvider } from "./configured-providers.ts";
import { sse } from "./fixtures/answering.ts";
import { collect, REQUEST } from "./fixtures/collect.ts";
import { availableModels, findModel } from "./models.ts";
import { createProviders } from "./providers.ts";

type Body = Record<string, unknown> & { messages: { role: string }[] };

interface Call {
  readonly url: string;
  readonly headers: Headers;
  readonly body: Body;
}

const answer =
  sse({ choices: [{ index: 0, delta: { content: "Hi." }, finish_reason: "stop" }] }) +
  sse({ choices: [], usage: { prompt_tokens: 7, completion_tokens: 3 } });

/** A server that answers only who asks as it demands, and never says why not. */
async function ask(server: Partial<NamedProvider>, demands: (call: Call) => boolean) {
  const provider = { name: "some", kind: "openai", models: [{ name: "m/1" }], ...server } as const;
  let calls = 0;
  const fetch: typeof globalThis.fetch = async (input, init) => {
    calls += 1;
    const request = new Request(input, init);
    const { url, headers } = request;
    const isMet = demands({ url, headers, body: (await request.json()) as Body });
    return isMet ? new Response(answer) : Response.json({ error: "no" }, { status: 403 });
  };
  const providers = createProviders({ named: [provider], providerKeys: { some: "key" }, fetch });
  const { text, finish, error } = await collect(providers.get("some"), { ...REQUEST, model: "m/1" });
  return { text, usage: finish?.type === "finish" ? finish.usage : undefined, error, calls };
}

const bearer = ({ headers }: Call) =>
  headers.get("authorization") === "Bearer key" && !headers.has("api-key");
const azureKey = ({ headers }: Call) => headers.get("api-key") === "key" && !headers.has("authorization");
const limit = (name: string, other: string) => (call: Call) => name in call.body && !(other in call.body);
const short = limit("max_tokens", "max_completion_tokens");
const long = limit("max_completion_tokens", "max_tokens");
const counted = ({ body }: Call) => "stream_options" in body;
const all =
  (...demands: ((call: Call) => boolean)[]) =>
  (call: Call) =>
    demands.every((demand) => demand(call));
const at = (url: string) => (call: Call) => call.url === url;

const path = "chat/completions";
const azure = "https://r.openai.azure.com";
const deployed = `${azure}/openai/deployments/m%2F1/${path}?api-version=2024-10-21`;

it.each<[string, Partial<NamedProvider>, (call: Call) => boolean]>([
  ["OpenAI", {}, all(at(`https://api.openai.com/v1/${path}`), bearer, long, counted)],
  [
    "Azure",
    { baseUrl: `${azure}/openai/v1` },
    all(at(`${azure}/openai/v1/${path}`), azureKey, long, counted),
  ],
  [
    "Azure by version",
    { baseUrl: `${azure}/openai/`, apiVersion: "2024-10-21" },
    all(at(deployed), azureKey, long),
  ],
  ["Azure as its portal says it", { baseUrl: azure, apiVersion: "2024-10-21" }, all(at(deployed), azureKey)],
  [
    "a deployment of Azure",
    { baseUrl: `${azure}/openai/deployments/d`, apiVersion: "2024-10-21" },
    all(at(`${azure}/openai/deployments/d/${path}?api-version=2024-10-21`), azureKey),
  ],
  [
    "Ollama",
    { baseUrl: "http://localhost:11434/v1" },
    all(at(`http://localhost:11434/v1/${path}`), short, counted),
  ],
  ["vLLM", { baseUrl: "http://10.0.0.2:8000/v1" }, all(short, counted)],
  ["LM Studio", { baseUrl: "http://localhost:1234/v1" }, all(short, counted)],
  ["llama.cpp", { baseUrl: "http://localhost:8080/v1" }, all(short, counted)],
  ["OpenRouter", { baseUrl: "https://openrouter.ai/api/v1" }, all(bearer, short, counted)],
  ["Groq", { baseUrl: "https://api.groq.com/openai/v1" }, all(bearer, long, counted)],
  ["DeepSeek", { baseUrl: "https://api.deepseek.com/v1" }, all(bearer, short, counted)],
  ["Mistral", { baseUrl: "https://api.mistral.ai/v1" }, all(bearer, short, (call) => !counted(call))],
  [
    "Gemini",
    { baseUrl: "https://generativelanguage.googleapis.com/v1beta/openai" },
    all(at(`https://generativelanguage.googleapis.com/v1beta/openai/${path}`), bearer, short, counted),
  ],
  [
    "a server of which all is said",
    {
      baseUrl: "http://gateway.test/llm",
      apiVersion: "7",
      maxTokensName: "max_completion_tokens",
      sendsUsage: false,
      systemRole: false,
      keyHeader: "api-key",
      modelInPath: true,
    },
    all(
      at(`http://gateway.test/llm/deployments/m%2F1/${path}?api-version=7`),
      azureKey,
      long,
      (call) => !counted(call),
      ({ body }) => body.messages[0]?.role === "user",
    ),
  ],
])("%s is asked as it demands, at once", async (_name, server, demands) => {
  expect(await ask(server, demands)).toEqual({
    text: "Hi.",
    usage: { inputTokens: 7, cachedInputTokens: 0, outputTokens: 3, reasoningTokens: 0 },
    error: undefined,
    calls: 1,
  });
  expect(
    await ask({ ...server, keyHeader: "api-key", maxTokensName: "max_tokens" }, all(azureKey, short)),
  ).toMatchObject({ text: "Hi." });
});

it("a server that takes no tools is known by its models, listed or not", () => {
  const server = { kind: "openai", baseUrl: "http://x/v1", supportsTools: false } as const;
  const named = [
    { ...server, name: "one", models: [{ name: "m" }] },
    { ...server, name: "any", models: [] },
  ];
  const catalog = availableModels({ named, includeScripted: true });
  expect(findModel("one/m", catalog)).toMatchObject({ takesTools: false });
  expect(findModel("any/m", catalog)).toMatchObject({ takesTools: false });
  expect(findModel("scripted/echo", catalog)).not.toHaveProperty("takesTools");
});
