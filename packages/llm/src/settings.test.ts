import { describe, expect, it } from "vitest";
import { sse } from "./fixtures/answering.ts";
import { collect, REQUEST } from "./fixtures/collect.ts";
import { defaultParameters } from "./models.ts";
import type { PromptRequest, PromptSettings } from "./provider.ts";
import { toParams as toMessage } from "./providers/anthropic/request.ts";
import { toInput } from "./providers/bedrock/request.ts";
import { toResponseParams } from "./providers/openai/background-request.ts";
import { createOpenAiProvider } from "./providers/openai/provider.ts";
import { toParams as toCompletion } from "./providers/openai/request.ts";
import { createScriptedProvider } from "./providers/scripted/provider.ts";

const all: PromptSettings = { temperature: 1.5, topP: 0.9, reasoningEffort: "low", stop: ["END", "\n\n"] };
const asked = (
  model: string,
  settings: PromptSettings | undefined,
  maxOutputTokens = 8_000,
): PromptRequest => ({
  ...REQUEST,
  model,
  settings,
  maxOutputTokens,
});
const names = [
  "temperature",
  "top_p",
  "reasoning_effort",
  "stop",
  "thinking",
  "output_config",
  "stop_sequences",
];
const picked = (body: object) =>
  Object.fromEntries(Object.entries(body).filter(([name]) => names.includes(name)));

it("a compatible server is asked with all of them, and with none that is not set", () => {
  const body = toCompletion(asked("any", all), {}, "max_tokens");
  expect(body).toMatchObject({ max_tokens: 8_000 });
  expect(picked(body)).toEqual({
    temperature: 1.5,
    top_p: 0.9,
    reasoning_effort: "low",
    stop: ["END", "\n\n"],
  });
  expect(picked(toCompletion(asked("any", undefined), {}, "max_tokens"))).toEqual({});
  expect(picked(toCompletion(asked("any", { temperature: 0 }), {}, "max_tokens"))).toEqual({
    temperature: 0,
  });
});

it("a response in the background is asked with what responses take", () => {
  const body = toResponseParams(asked("gpt-6.1-terra", all), {});
  expect(body).toMatchObject({
    temperature: 1.5,
    top_p: 0.9,
    reasoning: { effort: "low" },
    max_output_tokens: 8_000,
  });
  expect(body).not.toHaveProperty("stop");
});

const adaptive = { type: "adaptive", display: "summarized" };

describe("Claude", () => {
  it.each([
    ["claude-sonnet-4-5-20250929", "low", 8_000, { thinking: { type: "enabled", budget_tokens: 2_048 } }],
    ["claude-haiku-4-5", "high", 8_000, { thinking: { type: "enabled", budget_tokens: 4_000 } }],
    ["claude-haiku-4-5", "low", 1_000, {}],
    ["claude-haiku-4-5", "none", 8_000, {}],
    ["claude-sonnet-4-20250514", "high", 64_000, { thinking: { type: "enabled", budget_tokens: 24_576 } }],
    ["claude-opus-4-6", "medium", 8_000, { thinking: adaptive, output_config: { effort: "medium" } }],
    ["claude-opus-5-5", "none", 8_000, { thinking: adaptive, output_config: { effort: "low" } }],
    ["claude-sonnet-5-5", "none", 8_000, { thinking: { type: "between_tools" } }],
    ["claude-haiku-5-5", "none", 8_000, { thinking: { type: "disabled" } }],
  ] as const)(
    "%s thinks with the effort %s of %i tokens as it is told to",
    (model, effort, limit, expected) => {
      const body = toMessage(asked(model, { reasoningEffort: effort }, limit), {});
      expect(body.max_tokens).toBe(limit);
      expect(picked(body)).toEqual(expected);
    },
  );

  it("takes a temperature up to 1 or a share of words, and neither while it thinks", () => {
    const sampled = (settings: PromptSettings) => picked(toMessage(asked("claude-haiku-4-5", settings), {}));
    expect(sampled({ temperature: 1.5, topP: 0.9 })).toEqual({ temperature: 1 });
    expect(sampled({ topP: 0.9, stop: ["END"] })).toEqual({ top_p: 0.9, stop_sequences: ["END"] });
    expect(sampled({ temperature: 0.2, reasoningEffort: "low" })).toEqual({
      thinking: { type: "enabled", budget_tokens: 2_048 },
    });
    expect(sampled({ temperature: 0.2, reasoningEffort: "none" })).toEqual({ temperature: 0.2 });
  });

  it.each([
    ["anthropic", "claude-sonnet-5-5", ["maxOutputTokens", "reasoningEffort", "stop"]],
    ["bedrock", "eu.anthropic.claude-opus-4-8-v1:0", ["maxOutputTokens", "reasoningEffort", "stop"]],
    ["openai", "anthropic/claude-sonnet-5", ["maxOutputTokens", "reasoningEffort", "stop"]],
    ["anthropic", "claude-haiku-4-5", ["temperature", "topP", "maxOutputTokens", "stop", "reasoningEffort"]],
    ["bedrock", "anthropic.claude-3-haiku-20240307-v1:0", ["temperature", "topP", "maxOutputTokens", "stop"]],
    ["bedrock", "eu.amazon.nova-2-lite-v1:0", ["temperature", "topP", "maxOutputTokens", "stop"]],
  ] as const)("of %s, %s takes %j unless somebody says otherwise", (kind, name, expected) => {
    expect(defaultParameters({ kind, name })).toEqual(expected);
  });
});

it.each([
  ["eu.amazon.nova-2-lite-v1:0", "low", { reasoningConfig: { type: "enabled", maxReasoningEffort: "low" } }],
  [
    "eu.amazon.nova-2-lite-v1:0",
    "high",
    { reasoningConfig: { type: "enabled", maxReasoningEffort: "medium" } },
  ],
  ["eu.amazon.nova-2-lite-v1:0", "none", { reasoningConfig: { type: "disabled" } }],
  ["openai.gpt-oss-120b-1:0", "high", { reasoning_effort: "high" }],
  ["eu.anthropic.claude-sonnet-5-v1:0", "high", { thinking: adaptive, output_config: { effort: "high" } }],
  ["eu.amazon.nova-2-lite-v1:0", undefined, undefined],
] as const)(
  "Bedrock asks %s for the effort %s in that model's own words",
  (model, reasoningEffort, expected) => {
    const input = toInput(asked(model, { topP: 0.5, stop: ["END"], reasoningEffort }), {});
    expect(input.additionalModelRequestFields).toEqual(expected);
    const sampled = model.includes("claude") ? {} : { topP: 0.5 };
    expect(input.inferenceConfig).toEqual({ maxTokens: 8_000, ...sampled, stopSequences: ["END"] });
  },
);

it("a scripted model ends before the text that it is told to stop at, and at its limit", async () => {
  const echo = (settings: PromptSettings, limit = 8_000) =>
    collect(createScriptedProvider(), {
      ...asked("echo", settings, limit),
      messages: [{ role: "user", content: "one two three" }],
    });
  expect(await echo({ stop: ["zzz", " three", "two"] })).toMatchObject({
    text: "Echo: one ",
    error: undefined,
  });
  expect(await echo({}, 3)).toMatchObject({ finish: { reason: "length" } });
});

const answer = sse({ choices: [{ index: 0, delta: { content: "Hi." }, finish_reason: "stop" }] });

it.each([
  ["temperature", "Unsupported value: 'temperature' does not support 1.5 with this model.", ["temperature"]],
  ["top_p", "`temperature` and `top_p` cannot both be specified for this model.", ["topP"]],
  ["reasoning_effort", "Unsupported parameter: 'reasoning_effort'", ["reasoningEffort"]],
  ["stop", "Argument not supported on this model: 'stop'", ["stop"]],
])(
  "a server that refuses %s is asked once more without it, and other values are tried",
  async (name, said, [own]) => {
    const bodies: Record<string, unknown>[] = [];
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const body = (await new Request(input, init).json()) as Record<string, unknown>;
      bodies.push(body);
      if (name in body) return Response.json({ error: { message: said } }, { status: 400 });
      return new Response(answer, { headers: { "content-type": "text/event-stream" } });
    };
    const provider = createOpenAiProvider({ baseUrl: "http://models.test/v1", fetch });
    const request = asked("some", all);
    expect((await collect(provider, request)).error).toMatchObject({ isAdjusted: true, reason: own });
    expect(await collect(provider, request)).toMatchObject({ text: "Hi.", error: undefined });
    expect(bodies.map((body) => name in body)).toEqual([true, false]);
    expect(Object.keys(picked(bodies[1] ?? {}))).toHaveLength(3);
    const other = { ...all, temperature: 1, topP: 1, stop: ["x"], reasoningEffort: "high" } as const;
    expect((await collect(provider, asked("some", other))).error).toMatchObject({ isAdjusted: true });
  },
);
