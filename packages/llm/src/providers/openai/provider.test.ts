import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { LlmError } from "../../errors.ts";
import { collect, REQUEST } from "../../fixtures/collect.ts";
import { startHangingServer } from "../../fixtures/hanging-server.ts";
import { replay } from "../../fixtures/replay.ts";
import { createOpenAiProvider } from "./provider.ts";

function reply(recording: string, options?: Parameters<typeof replay>[1]) {
  return collect(createOpenAiProvider({ apiKey: "sk-secret-key", fetch: replay(recording, options).fetch }));
}

describe("an answer", () => {
  it("streams text and usage", async () => {
    const { text, finish, error } = await reply("openai/complete");
    expect(error).toBeUndefined();
    expect(text).toBe("Hello! Grüße 你好 👋🏽 done.");
    expect(finish).toEqual({
      type: "finish",
      reason: "stop",
      usage: { inputTokens: 21, cachedInputTokens: 0, outputTokens: 9, reasoningTokens: 0 },
    });
  });

  it.each([1, 2, 3, 5, 7])("survives network chunks of %i bytes", async (chunkBytes) => {
    const { text, finish } = await reply("openai/complete", { chunkBytes });
    expect(text).toBe("Hello! Grüße 你好 👋🏽 done.");
    expect(finish).toBeDefined();
  });

  it("says when the length limit cut it", async () => {
    const { text, finish } = await reply("openai/length");
    expect(text).toBe("Once upon a time");
    expect(finish).toMatchObject({
      reason: "length",
      usage: { inputTokens: 12, cachedInputTokens: 0, outputTokens: 2, reasoningTokens: 0 },
    });
  });

  it("gets estimated usage from servers that send none", async () => {
    const { finish } = await reply("openai/no-usage");
    expect(finish).toMatchObject({
      reason: "stop",
      usage: { inputTokens: 20, cachedInputTokens: 0, outputTokens: 6, reasoningTokens: 0 },
    });
  });

  it("is complete when the connection breaks after its end mark", async () => {
    const { error, finish } = await reply("openai/no-usage", { breaks: true });
    expect(error).toBeUndefined();
    expect(finish).toMatchObject({ reason: "stop" });
  });
});

describe("the request", () => {
  it("carries the prompt, streaming with usage, and the key", async () => {
    const { fetch, requests } = replay("openai/complete");
    await collect(createOpenAiProvider({ apiKey: "sk-secret-key", fetch }));
    expect(requests[0]?.url).toBe("https://api.openai.com/v1/chat/completions");
    expect(requests[0]?.headers.get("authorization")).toBe("Bearer sk-secret-key");
    expect(await requests[0]?.json()).toEqual({
      model: "some-model",
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "Secret prompt text" },
      ],
      stream: true,
      stream_options: { include_usage: true },
      max_completion_tokens: 256,
    });
  });

  it("asks compatible servers for max_tokens, needs no key, and leaves out a missing system prompt", async () => {
    const { fetch, requests } = replay("openai/complete");
    const provider = createOpenAiProvider({ baseUrl: "http://localhost:11434/v1", fetch });
    await collect(provider, { ...REQUEST, systemPrompt: undefined });
    expect(requests[0]?.url).toBe("http://localhost:11434/v1/chat/completions");
    const body = await requests[0]?.json();
    expect(body).toMatchObject({ max_tokens: 256, messages: [{ role: "user" }] });
    expect(body).not.toHaveProperty("max_completion_tokens");
  });
});

describe("a failure", () => {
  it.each([
    ["openai/filtered", { code: "content_filtered", retryable: false }],
    ["openai/filtered-azure", { code: "content_filtered", retryable: false }],
    ["openai/error-event", { code: "provider_unavailable", retryable: true }],
    ["openai/cut", { code: "provider_unavailable", retryable: true }],
    ["openai/overflow", { code: "context_too_long", retryable: false }],
    ["openai/overflow-vllm", { code: "context_too_long", retryable: false }],
    ["openai/overflow-llama", { code: "context_too_long", retryable: false }],
    ["openai/401", { code: "provider_rejected", retryable: false, status: 401 }],
    ["openai/404", { code: "provider_rejected", retryable: false, status: 404 }],
    ["openai/429", { code: "provider_unavailable", retryable: true, status: 429 }],
    ["openai/429-retry-after", { code: "provider_unavailable", retryable: true, retryAfterMillis: 6500 }],
    ["openai/429-quota", { code: "provider_rejected", retryable: false }],
    ["openai/429-spend-limit", { code: "provider_rejected", retryable: false }],
    ["openai/500", { code: "provider_unavailable", retryable: true, status: 500 }],
    ["openai/503", { code: "provider_unavailable", retryable: true, retryAfterMillis: 2000 }],
  ])("%s is told by its code and nothing of the provider's leaks", async (recording, expected) => {
    const { fetch, requests } = replay(recording);
    const { error, finish } = await collect(createOpenAiProvider({ apiKey: "sk-secret-key", fetch }));
    expect(error).toBeInstanceOf(LlmError);
    expect(error).toMatchObject(expected);
    expect(finish).toBeUndefined();
    expect(requests).toHaveLength(1);
    expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/secret|Sorry|overloaded, please/i);
  });

  it("keeps the provider's request id", async () => {
    const { error } = await reply("openai/500");
    expect(error).toMatchObject({ requestId: "req_8c1f0f6f5ce94f6f8a8ee1b7a4f2d9b0" });
  });

  it("without a wait wish says none", async () => {
    const { error } = await reply("openai/429");
    expect(error).toHaveProperty("retryAfterMillis", undefined);
  });

  it("after some text leaves that text standing", async () => {
    expect((await reply("openai/cut")).text).toBe("This answer will");
    expect((await reply("openai/error-event")).text).toBe("This answer");
  });

  it("of the network in mid-answer is retryable", async () => {
    const { error } = await reply("openai/cut", { breaks: true });
    expect(error).toMatchObject({ code: "provider_unavailable", retryable: true });
  });

  it("of a server that nobody runs says which provider it is, and where and why", async () => {
    const server = await startHangingServer("");
    server.close();
    const provider = createOpenAiProvider({ apiKey: "sk-secret-key", baseUrl: `${server.url}/secret/v1` });
    const { error } = await collect(provider);
    expect(error).toMatchObject({
      code: "provider_unavailable",
      message: "The model provider openai cannot be reached.",
      retryable: true,
      reason: "ECONNREFUSED",
      address: new URL(server.url).host,
    });
    expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/secret/i);
  });

  it("of the network before the answer is retryable", async () => {
    const fetch = () => Promise.reject(new TypeError("fetch failed"));
    const { error } = await collect(createOpenAiProvider({ apiKey: "sk-secret-key", fetch }));
    expect(error).toMatchObject({ code: "provider_unavailable", retryable: true });
  });
});

describe("aborting in mid-stream", () => {
  const start = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: "Hi" } }] })}\n\n`;

  it("hangs up and throws the reason", async () => {
    const server = await startHangingServer(start);
    const controller = new AbortController();
    const reason = new Error("cancelled by the user");
    const provider = createOpenAiProvider({ baseUrl: server.url });
    const deltas: string[] = [];
    const reading = (async () => {
      for await (const event of provider.stream(REQUEST, { signal: controller.signal })) {
        if (event.type === "delta") deltas.push(event.text);
        controller.abort(reason);
      }
    })();
    await expect(reading).rejects.toBe(reason);
    await server.disconnected;
    expect(deltas).toEqual(["Hi"]);
    server.close();
  });

  it("hangs up when the reader leaves", async () => {
    const server = await startHangingServer(start);
    const { signal } = new AbortController();
    for await (const _event of createOpenAiProvider({ baseUrl: server.url }).stream(REQUEST, { signal }))
      break;
    await server.disconnected;
    server.close();
  });

  it("by a time limit is timed_out", async () => {
    const server = await startHangingServer(start);
    const provider = createOpenAiProvider({ baseUrl: server.url });
    const { error } = await collect(provider, REQUEST, AbortSignal.timeout(300));
    expect(error).toMatchObject({ code: "timed_out", retryable: true });
    server.close();
  });
});
