import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { LlmError } from "../../errors.ts";
import { collect, REQUEST } from "../../fixtures/collect.ts";
import { startHangingServer } from "../../fixtures/hanging-server.ts";
import { replay } from "../../fixtures/replay.ts";
import { createAnthropicProvider } from "./provider.ts";

function reply(recording: string, options?: Parameters<typeof replay>[1]) {
  return collect(
    createAnthropicProvider({ apiKey: "sk-ant-secret-key", fetch: replay(recording, options).fetch }),
  );
}

describe("an answer", () => {
  it("streams text and usage", async () => {
    const { text, finish, error } = await reply("anthropic/complete");
    expect(error).toBeUndefined();
    expect(text).toBe("Hello! Grüße 你好 👋🏽 done.");
    expect(finish).toEqual({
      type: "finish",
      reason: "stop",
      usage: { inputTokens: 25, cachedInputTokens: 5, outputTokens: 15, reasoningTokens: 6 },
    });
  });

  it.each([1, 2, 3, 5, 7])("survives network chunks of %i bytes", async (chunkBytes) => {
    const { text, finish } = await reply("anthropic/complete", { chunkBytes });
    expect(text).toBe("Hello! Grüße 你好 👋🏽 done.");
    expect(finish).toBeDefined();
  });

  it("says when the length limit cut it", async () => {
    const { text, finish } = await reply("anthropic/length");
    expect(text).toBe("Once upon a time");
    expect(finish).toMatchObject({
      reason: "length",
      usage: { inputTokens: 25, cachedInputTokens: 5, outputTokens: 4, reasoningTokens: 0 },
    });
  });

  it("is complete when the connection breaks after its end mark", async () => {
    const { error, finish } = await reply("anthropic/length", { breaks: true });
    expect(error).toBeUndefined();
    expect(finish).toMatchObject({ reason: "length" });
  });
});

describe("the request", () => {
  it("carries the prompt, its limit, and the key", async () => {
    const { fetch, requests } = replay("anthropic/complete");
    await collect(createAnthropicProvider({ apiKey: "sk-ant-secret-key", fetch }));
    expect(requests[0]?.url).toBe("https://api.anthropic.com/v1/messages");
    expect(requests[0]?.headers.get("authorization")).toBe("Bearer sk-ant-secret-key");
    expect(await requests[0]?.json()).toEqual({
      model: "some-model",
      system: "Be brief.",
      messages: [{ role: "user", content: "Secret prompt text" }],
      stream: true,
      max_tokens: 256,
    });
  });

  it("goes to the configured base URL and leaves out a missing system prompt", async () => {
    const { fetch, requests } = replay("anthropic/complete");
    const provider = createAnthropicProvider({
      apiKey: "sk-ant-secret-key",
      baseUrl: "http://localhost:9",
      fetch,
    });
    await collect(provider, { ...REQUEST, systemPrompt: undefined });
    expect(requests[0]?.url).toBe("http://localhost:9/v1/messages");
    expect(await requests[0]?.json()).not.toHaveProperty("system");
  });
});

describe("a failure", () => {
  it.each([
    ["anthropic/filtered", { code: "content_filtered", retryable: false }],
    ["anthropic/filtered-output", { code: "content_filtered", retryable: false }],
    ["anthropic/error-event", { code: "provider_unavailable", retryable: true }],
    ["anthropic/cut", { code: "provider_unavailable", retryable: true }],
    ["anthropic/overflow", { code: "context_too_long", retryable: false }],
    ["anthropic/413", { code: "context_too_long", retryable: false }],
    ["anthropic/401", { code: "provider_rejected", retryable: false, status: 401 }],
    ["anthropic/404", { code: "provider_rejected", retryable: false, status: 404 }],
    ["anthropic/429", { code: "provider_unavailable", retryable: true, status: 429 }],
    ["anthropic/429-retry-after", { code: "provider_unavailable", retryable: true, retryAfterMillis: 7000 }],
    ["anthropic/429-spend-cap", { code: "provider_rejected", retryable: false }],
    ["anthropic/400-spend-limit", { code: "provider_rejected", retryable: false }],
    ["anthropic/402", { code: "provider_rejected", retryable: false }],
    ["anthropic/500", { code: "provider_unavailable", retryable: true, status: 500 }],
    ["anthropic/529", { code: "provider_unavailable", retryable: true, status: 529 }],
  ])("%s is told by its code and nothing of the provider's leaks", async (recording, expected) => {
    const { fetch, requests } = replay(recording);
    const { error, finish } = await collect(createAnthropicProvider({ apiKey: "sk-ant-secret-key", fetch }));
    expect(error).toBeInstanceOf(LlmError);
    expect(error).toMatchObject(expected);
    expect(finish).toBeUndefined();
    expect(requests).toHaveLength(1);
    expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(
      /secret|usage limits|Internal server/i,
    );
  });

  it("keeps the provider's request id", async () => {
    const { error } = await reply("anthropic/500");
    expect(error).toMatchObject({ requestId: "req_011CXmEeqs5C35K2UUqR7Fy" });
  });

  it("without a wait wish says none", async () => {
    const { error } = await reply("anthropic/429");
    expect(error).toHaveProperty("retryAfterMillis", undefined);
  });

  it("after some text leaves that text standing", async () => {
    expect((await reply("anthropic/cut")).text).toBe("This answer will");
    expect((await reply("anthropic/error-event")).text).toBe("This answer");
  });

  it("of the network in mid-answer is retryable", async () => {
    const { error } = await reply("anthropic/cut", { breaks: true });
    expect(error).toMatchObject({ code: "provider_unavailable", retryable: true });
  });

  it("of the network before the answer is retryable", async () => {
    const fetch = () => Promise.reject(new TypeError("fetch failed"));
    const { error } = await collect(createAnthropicProvider({ apiKey: "sk-ant-secret-key", fetch }));
    expect(error).toMatchObject({ code: "provider_unavailable", retryable: true });
  });
});

describe("aborting in mid-stream", () => {
  const delta = { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hi" } };
  const start = `event: content_block_delta\ndata: ${JSON.stringify(delta)}\n\n`;

  it("hangs up and throws the reason", async () => {
    const server = await startHangingServer(start);
    const controller = new AbortController();
    const reason = new Error("cancelled by the user");
    const provider = createAnthropicProvider({ apiKey: "key", baseUrl: server.url });
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
    for await (const _event of createAnthropicProvider({ apiKey: "key", baseUrl: server.url }).stream(
      REQUEST,
      { signal },
    ))
      break;
    await server.disconnected;
    server.close();
  });

  it("by a time limit is timed_out", async () => {
    const server = await startHangingServer(start);
    const provider = createAnthropicProvider({ apiKey: "key", baseUrl: server.url });
    const { error } = await collect(provider, REQUEST, AbortSignal.timeout(300));
    expect(error).toMatchObject({ code: "timed_out", retryable: true });
    server.close();
  });
});
