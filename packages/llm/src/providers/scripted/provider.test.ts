import { describe, expect, it, vi } from "vitest";
import { collect, REQUEST } from "../../fixtures/collect.ts";
import type { PromptRequest } from "../../provider.ts";
import { estimatePromptTokens } from "../../token-count.ts";
import { createScriptedProvider } from "./provider.ts";

const asking = (model: string, content = "Hello"): PromptRequest => ({
  ...REQUEST,
  model,
  messages: [{ role: "user", content }],
});

/** Counts the time a script takes instead of taking it. */
function timed() {
  const sleep = vi.fn((_millis: number) => Promise.resolve());
  const waited = () => sleep.mock.calls.reduce((sum, [millis]) => sum + millis, 0);
  return { provider: createScriptedProvider({ sleep }), waited };
}

describe("demo", () => {
  it.each([
    ["Hello there", "Hello! How can I assist you today?"],
    ["Hey, can you help me?", "Hello! How can I assist you today?"],
    ["I need HELP.", "I'm here to help! What do you need assistance with?"],
    ["How does this help me?", "I'm here to help! What do you need assistance with?"],
    ["What is the capital of France?", "That's an interesting question. Let me think about that..."],
    ["Thank you so much", "You're welcome! Is there anything else I can help with?"],
    ["thanks!", "You're welcome! Is there anything else I can help with?"],
    ["Berlin is nice in spring.", "I understand. Can you tell me more about that?"],
    ["This is a chip, helpful to they who know.", "I understand. Can you tell me more about that?"],
  ])("answers %j by rule", async (content, expected) => {
    const { text, finish } = await collect(timed().provider, asking("demo", content));
    expect(text).toBe(expected);
    expect(finish).toMatchObject({ type: "finish", reason: "stop" });
  });

  it("streams 20 to 40 words a second", async () => {
    const { provider, waited } = timed();
    const { deltas } = await collect(provider, asking("demo"));
    const wordsPerSecond = deltas.length / (waited() / 1000);
    expect(deltas.length).toBeGreaterThan(5);
    expect(wordsPerSecond).toBeGreaterThanOrEqual(20);
    expect(wordsPerSecond).toBeLessThanOrEqual(40);
  });

  it("costs the same every time", async () => {
    const first = await collect(timed().provider, asking("demo"));
    const second = await collect(timed().provider, asking("demo"));
    expect(first.finish).toEqual(second.finish);
    const inputTokens = estimatePromptTokens(asking("demo"));
    expect(first.finish).toMatchObject({ usage: { inputTokens } });
  });

  it("stops at the length limit", async () => {
    const request = { ...asking("demo"), maxOutputTokens: 5 };
    const { text, finish } = await collect(timed().provider, request);
    expect("Hello! How can I assist").toContain(text.trim());
    expect(text).not.toBe("");
    expect(finish).toMatchObject({ reason: "length" });
  });
});

describe("echo", () => {
  it("repeats the last message at once", async () => {
    const { provider, waited } = timed();
    const { deltas } = await collect(provider, asking("echo", "one two\nthree 👋"));
    expect(deltas).toEqual(["Echo: one two\nthree 👋"]);
    expect(waited()).toBe(0);
  });

  it("repeats what fits of a long one", async () => {
    const request = { ...asking("echo", "one two three four"), maxOutputTokens: 6 };
    const { text, finish } = await collect(timed().provider, request);
    expect(text).toBe("Echo: one ");
    expect(finish).toMatchObject({ reason: "length" });
  });
});

it("slow takes about ten seconds, a word at a time", async () => {
  const { provider, waited } = timed();
  const { deltas, text } = await collect(provider, asking("slow"));
  expect(waited()).toBeGreaterThanOrEqual(9_000);
  expect(waited()).toBeLessThanOrEqual(11_000);
  expect(deltas).toHaveLength(text.split(" ").length);
});

describe("failures", () => {
  it.each([
    ["fail-unavailable", { code: "provider_unavailable", retryable: true }],
    ["fail-rejected", { code: "provider_rejected", retryable: false }],
    ["fail-filtered", { code: "content_filtered", retryable: false }],
    ["fail-overflow", { code: "context_too_long", retryable: false }],
    ["fail-cut", { code: "provider_unavailable", retryable: true }],
    ["no-such-model", { code: "provider_rejected", retryable: false }],
  ])("%s", async (model, expected) => {
    const { error, finish, text } = await collect(timed().provider, asking(model));
    expect(error).toMatchObject(expected);
    expect(finish).toBeUndefined();
    expect(text.length > 0).toBe(model === "fail-cut");
  });
});

describe("aborting", () => {
  it("ends a hanging model at once, with the reason", async () => {
    const controller = new AbortController();
    const reason = new Error("cancelled");
    const reading = collect(createScriptedProvider(), asking("fail-hang"), controller.signal);
    setTimeout(() => controller.abort(reason), 20);
    expect(await reading).toMatchObject({ error: reason, text: "" });
  });

  it("ends a slow model in mid-word-gap", async () => {
    const start = performance.now();
    const signal = AbortSignal.timeout(300);
    const { error, deltas } = await collect(createScriptedProvider(), asking("slow"), signal);
    expect(error).toMatchObject({ code: "timed_out" });
    expect(deltas).toHaveLength(1);
    expect(performance.now() - start).toBeLessThan(450);
  });

  it("before the start gives nothing", async () => {
    const reason = new Error("cancelled");
    const { error, deltas } = await collect(timed().provider, asking("echo"), AbortSignal.abort(reason));
    expect(error).toBe(reason);
    expect(deltas).toEqual([]);
  });
});
