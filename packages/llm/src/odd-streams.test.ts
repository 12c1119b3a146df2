import { describe, expect, it } from "vitest";
import { answering, sse } from "./fixtures/answering.ts";
import { collect } from "./fixtures/collect.ts";
import { createAnthropicProvider } from "./providers/anthropic/provider.ts";
import { createOpenAiProvider } from "./providers/openai/provider.ts";

function openai(body: string, type?: string) {
  return collect(createOpenAiProvider({ apiKey: "key", fetch: answering(body, type).fetch }));
}

function anthropic(body: string, type?: string) {
  return collect(createAnthropicProvider({ apiKey: "key", fetch: answering(body, type).fetch }));
}

const chunk = (choice: object) => sse({ choices: [{ index: 0, ...choice }] });
const delta = (content: unknown) => chunk({ delta: { content } });
const usage = { prompt_tokens: 7, completion_tokens: 3 };
const end = `${chunk({ delta: {}, finish_reason: "stop" })}${sse({ choices: [], usage })}data: [DONE]\n\n`;
const lines = (stream: string) => stream.replace(/data: (\[DONE\]\n)?|\n(?=\n)/g, "");
const message = { role: "assistant", content: "Hello you." };
const whole = JSON.stringify({ choices: [{ message, finish_reason: "stop" }], usage });
const thought = { type: "thinking", thinking: [{ type: "text", text: "Hm." }] };

describe("an answer of a compatible server is read", () => {
  it.each([
    ["with blanks before its text", delta("\n") + delta(" ") + delta("Hello you.") + end, "\n Hello you."],
    ["as a list of parts", delta([thought, { type: "text", text: "Hello " }]) + delta("you.") + end],
    ["as one part", delta({ type: "text", text: "Hello " }) + delta(["you."]) + end],
    [
      "with chunks of nothing",
      `data: null\n\n${delta("Hello ")}data: {}\n\ndata: []\n\n${delta("you.")}${end}`,
    ],
    ["with lines without data", `data:\n\n${delta("Hello ")}data: \n\n:\n\n${delta("you.")}${end}`],
    ["with pings", `event: ping\n\n${delta("Hello ")}event: ping\ndata: ping\n\n${delta("you.")}${end}`],
    ["without a delta", chunk({ message }) + end],
    [
      "in messages",
      chunk({ message: { content: "Hello " } }) + chunk({ message: { content: "you." } }) + end,
    ],
    ["with the whole again", delta("Hello you.") + chunk({ message, finish_reason: "stop" }) + end],
    [
      "without a blank line at its end",
      (delta("Hello you.") + end).replace(/data: \[DONE\]\n\n$/, "").trimEnd(),
    ],
    [
      "with usage beside the choice",
      delta("Hello you.") + chunk({ delta: {}, finish_reason: "stop", usage }),
    ],
    ["without blank lines", `${(delta("Hello ") + delta("you.")).replaceAll("\n\n", "\n")}\n${end}`],
    [
      "as lines of JSON",
      lines(delta("Hello ") + chunk({ delta: { content: "you." }, finish_reason: "null" }) + end),
    ],
    ["with carriage returns", (delta("Hello you.") + end).replaceAll("\n", "\r\n")],
    ["whole, in spite of the stream asked for", whole, "Hello you.", "application/json"],
    ["whole, by the wrong name", whole],
    ["as a stream, by the wrong name", delta("Hello you.") + end, "Hello you.", "application/json"],
  ])("%s", async (_, body, text = "Hello you.", type = undefined) => {
    const answer = await openai(body, type);
    expect(answer.error).toBeUndefined();
    expect(answer.text).toBe(text);
    expect(answer.finish).toMatchObject({
      usage: { inputTokens: 7, cachedInputTokens: 0, outputTokens: 3 },
    });
  });
});

describe("an error in an answer that began well is told by its kind", () => {
  const tooLong = { message: "This model's maximum context length is 4096 tokens.", type: "BadRequestError" };
  it.each([
    ["an event", sse({ error: { ...tooLong, code: 400 } }), { code: "context_too_long" }],
    ["a named event", `event: error\ndata: ${JSON.stringify(tooLong)}\n\n`, { code: "context_too_long" }],
    ["vLLM's", JSON.stringify({ object: "error", ...tooLong, code: 400 }), { code: "context_too_long" }],
    [
      "Google's",
      JSON.stringify([{ error: { ...tooLong, status: "INVALID_ARGUMENT" } }]),
      { code: "context_too_long" },
    ],
    ["FastAPI's", JSON.stringify({ detail: tooLong.message }), { code: "context_too_long" }],
    [
      "a router's",
      sse({ choices: [], error: { code: 429, message: "Slow down" } }),
      { status: 429, retryable: true },
    ],
    [
      "a refusal",
      sse({ error: { code: 401, message: "No cookie" } }),
      { code: "provider_rejected", retryable: false },
    ],
    [
      "MiniMax's",
      sse({ choices: null, base_resp: { status_code: 1026, status_msg: "input new_sensitive" } }),
      { code: "content_filtered" },
    ],
    ["half of one", 'data: {"error": {"mess', { code: "provider_unavailable", retryable: true }],
    ["half an answer", whole.slice(0, -9), { code: "provider_unavailable", retryable: true }],
    ["a page", "<html>Sign in</html>", { code: "provider_unavailable", retryable: true }],
  ])("%s", async (_, body, expected) => {
    expect((await openai(body)).error).toMatchObject(expected);
  });
});

const messageStart = { type: "message_start", message: { usage: { input_tokens: 7 } } };
const block = (index: number, content_block: object) =>
  sse({ type: "content_block_start", index, content_block });
const more = (index: number, text: string) =>
  sse({ type: "content_block_delta", index, delta: { type: "text_delta", text } });
const ends = (reason: string) =>
  sse({ type: "message_delta", delta: { stop_reason: reason }, usage: { output_tokens: 3 } });

describe("an answer in Anthropic's form is read", () => {
  const text = { type: "text", text: "Hello " };
  const content = [
    { type: "thinking", thinking: "Hm." },
    { type: "text", text: "Hello you." },
  ];
  const answer = {
    type: "message",
    content,
    stop_reason: "end_turn",
    usage: { input_tokens: 7, output_tokens: 3 },
  };
  it.each([
    [
      "with text in the start of a block",
      sse(messageStart) + block(0, text) + more(0, "you.") + ends("end_turn"),
    ],
    [
      "of blocks under one index",
      sse(messageStart) + block(0, text) + block(0, { ...text, text: "you." }) + ends("end_turn"),
    ],
    ["of blocks not announced", sse(messageStart) + more(0, "Hello ") + more(0, "you.") + ends("stop")],
    [
      "without names of events",
      (sse(messageStart) + more(0, "Hello you.") + ends("end_turn")).replace(/^event: .*\n/gm, ""),
    ],
    [
      "with pings",
      `${sse(messageStart)}event: ping\n\n${more(0, "Hello you.")}event: ping\ndata: ping\n\n${ends("end_turn")}`,
    ],
    ["whole, in spite of the stream asked for", JSON.stringify(answer)],
  ])("%s", async (_, body) => {
    const read = await anthropic(body);
    expect(read.error).toBeUndefined();
    expect(read.text).toBe("Hello you.");
    expect(read.finish).toMatchObject({
      reason: "stop",
      usage: { inputTokens: 7, cachedInputTokens: 0, outputTokens: 3 },
    });
  });
});

describe("a server that ignores the limit of 256 tokens", () => {
  const reached = { reason: "length" };
  const flood = (piece: string, times: number) => delta(piece).repeat(times) + end;
  it.each([
    ["in words", flood("word ", 5_000), reached],
    ["in one piece", flood("word ".repeat(200_000), 1), reached],
    ["in blanks behind a word", delta("word") + flood(" ".repeat(100), 100), reached],
    ["in ideographs", flood("\u7532", 5_000), reached],
    ["of nothing but blanks", flood(" ", 20_000), reached],
    ["in thoughts", chunk({ delta: { reasoning: "Hm. ".repeat(500_000) } }) + flood("word", 1), reached],
    ["whole", JSON.stringify({ choices: [{ message: { content: "word ".repeat(400_000) } }] }), reached],
    [
      "in a call",
      chunk({
        delta: { tool_calls: [{ index: 0, function: { name: "f", arguments: "1".repeat(5_000) } }] },
      }) + chunk({ finish_reason: "tool_calls" }),
      reached,
    ],
    ["no more than that", flood("word ", 256), { reason: "stop" }],
    ["no more than that, in blanks", flood(`${" ".repeat(15)}x`, 128), { reason: "stop" }],
  ])("%s", async (_, body, expected) => {
    const answer = await openai(body);
    expect(answer.error).toBeUndefined();
    expect(answer.finish).toMatchObject(expected);
    expect(answer.text.length).toBeLessThanOrEqual(16 * 256);
  });
});
