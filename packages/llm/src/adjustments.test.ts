import { expect, it } from "vitest";
import { sse } from "./fixtures/answering.ts";
import { collect, REQUEST } from "./fixtures/collect.ts";
import type { PromptRequest } from "./provider.ts";
import { createAnthropicProvider } from "./providers/anthropic/provider.ts";
import { createOpenAiProvider } from "./providers/openai/provider.ts";

type Body = Record<string, unknown> & { messages: { role: string; content: string }[] };

const answers = {
  openai: sse({ choices: [{ index: 0, delta: { content: "Hi." }, finish_reason: "stop" }] }),
  anthropic:
    sse({ type: "content_block_start", index: 0, content_block: { type: "text", text: "Hi." } }) +
    sse({ type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 2 } }),
};

/** A server that refuses some requests with this status and body, and answers the others. */
function serverOf(answer: string, refuses: (body: Body) => boolean, status: number, refusal: unknown) {
  const bodies: Body[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const body = (await new Request(input, init).json()) as Body;
    bodies.push(body);
    if (refuses(body)) return Response.json(refusal, { status });
    return new Response(answer, { headers: { "content-type": "text/event-stream" } });
  };
  return { fetch, bodies };
}

const error = (message: string, more: object = {}) => ({ error: { message, type: "invalid", ...more } });
const long: PromptRequest = { ...REQUEST, maxOutputTokens: 32_000 };
const askedTokens = (body: Body) => Number(body.max_tokens ?? body.max_completion_tokens);
const more = (limit: number) => (body: Body) => askedTokens(body) > limit;
const hasSystem = ({ messages }: Body) => messages[0]?.role === "system";
const merged = [{ role: "user", content: "Be brief.\n\nSecret prompt text" }];

it.each([
  [
    "stream_options, as FastAPI says it",
    (body: Body) => "stream_options" in body,
    422,
    {
      detail: [{ type: "extra_forbidden", loc: ["body", "stream_options"], msg: "Extra inputs", input: {} }],
    },
    { max_tokens: 32_000 },
  ],
  [
    "max_tokens",
    (body: Body) => "max_tokens" in body,
    400,
    error("Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead."),
    { max_completion_tokens: 32_000 },
  ],
  [
    "a system role",
    hasSystem,
    400,
    error("'messages[0].role' does not support 'system' with this model."),
    { messages: merged },
  ],
  ["a system role in its template", hasSystem, 500, error("System role not supported"), { messages: merged }],
  [
    "a system role, as Gemini says it",
    hasSystem,
    400,
    [error("Developer instruction is not enabled for models/gemma-3-27b-it")],
    { messages: merged },
  ],
  [
    "more than it writes",
    more(8_192),
    400,
    error("Invalid max_tokens value, the valid range of max_tokens is [1, 8192]"),
    { max_tokens: 8_192 },
  ],
  [
    "more than the model of a dated name writes",
    more(16_384),
    400,
    error("max_tokens is too large: 32000. gpt-4o-2024-05-13 supports at most 16384 completion tokens."),
    { max_tokens: 16_384 },
  ],
  [
    "both names and the usage",
    (body: Body) => "max_tokens" in body || "stream_options" in body,
    422,
    {
      detail: ["max_tokens", "stream_options"].map((name) => ({
        loc: ["body", name],
        msg: "Extra inputs are not permitted",
      })),
    },
    { max_completion_tokens: 32_000 },
  ],
])("a compatible server that refuses %s is asked once more, and the model remembered", async (...row) => {
  const [, refuses, status, refusal, expected] = row;
  const { fetch, bodies } = serverOf(answers.openai, refuses, status, refusal);
  const provider = createOpenAiProvider({ baseUrl: "http://models.test/v1", fetch });
  expect((await collect(provider, long)).error).toMatchObject({ isAdjusted: true, retryable: false });
  expect(await collect(provider, long)).toMatchObject({ text: "Hi.", error: undefined });
  expect(await collect(provider, long)).toMatchObject({ text: "Hi.", error: undefined });
  expect(bodies).toHaveLength(3);
  expect(bodies[2]).toMatchObject(expected);
  await collect(provider, { ...long, model: "another" });
  expect(bodies[3]).toMatchObject({
    stream_options: {},
    max_tokens: 32_000,
    messages: [{ role: "system" }, {}],
  });
});

it("a server that has less room than was asked for gets what it has", async () => {
  const said =
    "'max_tokens' is too large: 32000. This model's maximum context length is 4096 tokens and your request has 20 input tokens (32000 > 4096 - 20).";
  const { fetch, bodies } = serverOf(answers.openai, more(4_076), 400, error(said));
  const provider = createOpenAiProvider({ baseUrl: "http://models.test/v1", fetch });
  expect((await collect(provider, long)).error).toMatchObject({ isAdjusted: true });
  expect(await collect(provider, long)).toMatchObject({ text: "Hi." });
  expect(askedTokens(bodies[1] as Body)).toBeGreaterThan(3_900);
});

it("Anthropic's limit of a model is learnt too", async () => {
  const said =
    "max_tokens: 32000 > 8192, which is the maximum allowed number of output tokens for claude-3-5-haiku-20241022";
  const { fetch, bodies } = serverOf(answers.anthropic, more(8_192), 400, error(said));
  const provider = createAnthropicProvider({ apiKey: "k", fetch });
  expect((await collect(provider, long)).error).toMatchObject({ isAdjusted: true });
  expect(await collect(provider, long)).toMatchObject({ text: "Hi." });
  expect(bodies.map(askedTokens)).toEqual([32_000, 8_192]);
});

it.each([
  [
    "context_too_long",
    400,
    "This model's maximum context length is 8192 tokens, your messages resulted in 9000 tokens.",
  ],
  ["provider_rejected", 401, "stream_options: no permission"],
  ["provider_rejected", 400, "max_tokens must be an integer"],
  ["provider_unavailable", 503, "max_tokens is too large, at most 300"],
])("what cannot be asked otherwise stays %s", async (code, status, said) => {
  const { fetch, bodies } = serverOf(answers.openai, () => true, status, error(said));
  const provider = createOpenAiProvider({ baseUrl: "http://models.test/v1", fetch });
  expect((await collect(provider, long)).error).toMatchObject({ code, isAdjusted: false });
  expect((await collect(provider, long)).error).toMatchObject({ code, isAdjusted: false });
  expect(bodies[1]).toEqual(bodies[0]);
});

it("a server that knows no cache_control is asked without it from then on", async () => {
  const refuses = (body: Body) => JSON.stringify(body).includes("cache_control");
  const refusal = error("messages.0.content.0.cache_control: Extra inputs are not permitted");
  const { fetch, bodies } = serverOf(answers.anthropic, refuses, 400, refusal);
  const provider = createAnthropicProvider({ baseUrl: "http://models.test", fetch });
  const asked = { ...REQUEST, systemPrompt: "Be brief. ".repeat(1_000) };
  expect((await collect(provider, asked)).error).toMatchObject({ isAdjusted: true });
  for (const _ of ["again", "and again"]) expect((await collect(provider, asked)).text).toBe("Hi.");
  expect(bodies.map(refuses)).toEqual([true, false, false]);
});

it("a server that refuses whatever it is asked is not asked otherwise for ever", async () => {
  const said =
    "Unsupported: stream_options, max_tokens, max_completion_tokens at most 300, system role not supported";
  const { fetch } = serverOf(answers.openai, () => true, 400, error(said));
  const provider = createOpenAiProvider({ baseUrl: "http://models.test/v1", fetch });
  const errors = [];
  for (let calls = 0; calls < 6; calls++) errors.push((await collect(provider, long)).error);
  expect(errors.filter((each) => (each as { isAdjusted: boolean }).isAdjusted)).toHaveLength(1);
});

const curious =
  "Why does my API say: stream_options is unknown, max_tokens is too large, at most 300, system role not supported, context length is 512?";
const forbidden =
  "Is this text flagged by content moderation? Is the prompt too long? Does it support tools?";

it.each([
  ["limits", curious],
  ["filters", forbidden],
  ["one letter, at length", `${"a".repeat(2_000_000)} context length is 512`],
])("what a server repeats of a question is no refusal of its own: of %s", async (_, content) => {
  const asked = { ...long, messages: [{ role: "user" as const, content }] };
  const refusals = [
    error(`Could not process the input '${content}'`),
    { detail: [{ msg: `bad: ${content.slice(4)}`, input: content }] },
  ];
  for (const refusal of refusals) {
    const { fetch, bodies } = serverOf(answers.openai, () => true, 400, refusal);
    const provider = createOpenAiProvider({ baseUrl: "http://models.test/v1", fetch });
    const refused = { code: "provider_rejected", isAdjusted: false, refusesTools: false };
    expect((await collect(provider, asked)).error).toMatchObject(refused);
    expect((await collect(provider, asked)).error).toMatchObject(refused);
    expect(bodies[1]).toEqual(bodies[0]);
  }
  // And what it says besides still counts.
  const { fetch } = serverOf(
    answers.openai,
    more(8_192),
    422,
    error(`max_tokens: at most 8192; input: ${content}`),
  );
  const provider = createOpenAiProvider({ baseUrl: "http://models.test/v1", fetch });
  expect((await collect(provider, asked)).error).toMatchObject({ isAdjusted: true });
  expect(await collect(provider, asked)).toMatchObject({ text: "Hi." });
});
