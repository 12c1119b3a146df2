import { describe, expect, it } from "vitest";
import { answering, sse } from "./fixtures/answering.ts";
import { collect } from "./fixtures/collect.ts";
import { createAnthropicProvider } from "./providers/anthropic/provider.ts";
import { createOpenAiProvider } from "./providers/openai/provider.ts";

function openai(text: string, reason: string, usage: object = { prompt_tokens: 7, completion_tokens: 3 }) {
  const events = [
    { choices: [{ index: 0, delta: { content: text } }] },
    { choices: [{ index: 0, delta: {}, finish_reason: reason }] },
    { choices: [], usage },
  ];
  const { fetch } = answering(events.map(sse).join(""));
  return collect(createOpenAiProvider({ apiKey: "key", fetch }));
}

function anthropic(reason: string, start: object = { input_tokens: 7 }, end: object = { output_tokens: 3 }) {
  const events = [
    { type: "message_start", message: { usage: start } },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Half an ans" } },
    { type: "message_delta", delta: { stop_reason: reason }, usage: end },
    { type: "message_stop" },
  ];
  const { fetch } = answering(events.map(sse).join(""));
  return collect(createAnthropicProvider({ apiKey: "key", fetch }));
}

describe("the end of an answer", () => {
  it.each(["stop", "STOP", "eos", "eos_token", "stop_sequence"])("is good for %s", async (reason) => {
    expect((await openai("Whole.", reason)).finish).toMatchObject({ reason: "stop" });
  });

  it.each(["length", "model_length", "MAX_TOKENS"])("is a length limit for %s", async (reason) => {
    expect((await openai("Half an ans", reason)).finish).toMatchObject({ reason: "length" });
  });

  it.each(["content_filter", "SAFETY", "prohibited_content"])("is a filter's for %s", async (reason) => {
    expect((await openai("Half an ans", reason)).error).toMatchObject({ code: "content_filtered" });
  });

  it.each(["error", "abort", "who_knows"])("is a failure for %s, retryable without text", async (reason) => {
    const failure = { code: "provider_unavailable" };
    expect((await openai("Half an ans", reason)).error).toMatchObject({ ...failure, retryable: false });
    expect((await openai("", reason)).error).toMatchObject({ ...failure, retryable: true });
  });

  it("is a call gone wrong where the provider could not read it", async () => {
    const { error } = await openai("", "function_call_filter: MALFORMED_FUNCTION_CALL");
    expect(error).toMatchObject({ code: "provider_unavailable", wroteBadCall: true });
  });

  it.each(["pause_turn", "who_knows"])("is a failure for Anthropic's %s", async (reason) => {
    expect((await anthropic(reason)).error).toMatchObject({ code: "provider_unavailable" });
  });

  it.each(["", "\n\n "])("is a length limit without text when that was spent on %j", async (text) => {
    const { deltas, finish } = await openai(text, "length");
    expect(finish).toMatchObject({ reason: "length" });
    expect(deltas).toEqual([]);
  });
});

describe("the counts of an answer", () => {
  it.each([
    { prompt_tokens: 10.5, completion_tokens: 12.7 },
    { prompt_tokens: 3e9, completion_tokens: 3e9 },
    { prompt_tokens: -5, completion_tokens: -1 },
    { prompt_tokens: "9", completion_tokens: {} },
  ])("are estimated instead of %j", async (usage) => {
    const { finish } = await openai("Whole.", "stop", usage);
    const estimated = await openai("Whole.", "stop", {});
    expect(finish).toBeDefined();
    expect(finish).toEqual(estimated.finish);
  });

  it("take Anthropic's input tokens from the end where the start has none", async () => {
    const { finish } = await anthropic(
      "end_turn",
      { input_tokens: 0 },
      { input_tokens: 31, output_tokens: 3 },
    );
    expect(finish).toMatchObject({
      usage: { inputTokens: 31, cachedInputTokens: 0, outputTokens: 3, reasoningTokens: 0 },
    });
  });
});
