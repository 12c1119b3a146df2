import { describe, expect, it } from "vitest";
import { answering, sse } from "./fixtures/answering.ts";
import { collect, REQUEST } from "./fixtures/collect.ts";
import type { PromptRequest, Provider } from "./provider.ts";
import { createAnthropicProvider } from "./providers/anthropic/provider.ts";
import { createOpenAiProvider } from "./providers/openai/provider.ts";
import { searchNotesTool } from "./search-notes-tool.ts";

const offering: PromptRequest = {
  ...REQUEST,
  systemPrompt: undefined,
  tools: { tools: [searchNotesTool], choice: "auto" },
};

/** The calls of an answer, and the turns that the next request shows the model. */
async function turnsOf(provider: Provider, requests: readonly Request[]) {
  const { finish, error } = await collect(provider, offering);
  expect(error).toBeUndefined();
  if (finish?.type !== "tool_calls") return { calls: [], turns: [] };
  const { calls, memo } = finish;
  const round = { text: "", calls, results: calls.map(({ id }) => `Result of ${id}`), memo };
  await collect(provider, { ...offering, rounds: [round] });
  const sent = (await requests[1]?.json()) as { messages: object[] } | undefined;
  return { calls, turns: sent?.messages.slice(1) ?? [] };
}

function openai(deltas: readonly object[]) {
  const events = [
    ...deltas.map((delta) => ({ choices: [{ index: 0, delta }] })),
    { choices: [{ index: 0, delta: {}, finish_reason: "tool_calls" }] },
  ];
  const { fetch, requests } = answering(events.map(sse).join(""));
  return turnsOf(createOpenAiProvider({ baseUrl: "http://localhost:1/v1", fetch }), requests);
}

function anthropic(events: readonly object[]) {
  const end = { type: "message_delta", delta: { stop_reason: "tool_use" }, usage: { output_tokens: 3 } };
  const { fetch, requests } = answering([...events, end].map(sse).join(""));
  return turnsOf(createAnthropicProvider({ apiKey: "key", fetch }), requests);
}

const part = (written: unknown, more: object = {}, name: string | undefined = undefined) => ({
  tool_calls: [{ ...more, function: { name, arguments: written } }],
});
const tomato = { name: "search_notes", arguments: '{"query":"tomato"}' };
const basil = { name: "search_notes", arguments: '{"query":"basil"}' };

describe("calls of compatible servers are put together", () => {
  const name = "search_notes";
  const a = { index: 0, id: "a" };
  const b = { index: 0, id: "b" };
  it.each([
    ["two of one index", [part(tomato.arguments, a, name), part(basil.arguments, b, name)], [tomato, basil]],
    [
      "two of one index in parts",
      [
        part("", a, name),
        part(tomato.arguments, { index: 0 }),
        part("", b, name),
        part(basil.arguments, { index: 0 }),
      ],
      [tomato, basil],
    ],
    [
      "two of one id",
      [part(tomato.arguments, a, name), part(basil.arguments, { index: 1, id: "a" }, name)],
      [tomato, basil],
    ],
    [
      "two without index or id",
      [part(tomato.arguments, {}, name), part(basil.arguments, {}, name)],
      [tomato, basil],
    ],
    [
      "the name in each part",
      [part('{"query":', a, name), part('"tomato"}', a, name), part("", a, name)],
      [tomato],
    ],
    [
      "the name in each part, without an id",
      [part('{"query":', { index: 0 }, name), part('"tomato"}', { index: 0 }, name)],
      [tomato],
    ],
    [
      "the name in pieces",
      [part("", a, "search_"), part("", { index: 0 }, "notes"), part(tomato.arguments, { index: 0 })],
      [tomato],
    ],
    ["no index, in parts", [part('{"query"', { id: "a" }, name), part(':"tomato"}')], [tomato]],
    ["another id in each part", [part('{"query"', a, name), part(':"tomato"}', b)], [tomato]],
    ["an object for arguments", [part({ query: "tomato" }, a, name)], [tomato]],
    ["null for arguments", [part(null, a, name), part(tomato.arguments, { index: 0 })], [tomato]],
    [
      "an absurd index",
      [
        part(tomato.arguments, { index: 4e9, id: "a" }, name),
        part(basil.arguments, { index: -1, id: "b" }, name),
      ],
      [tomato, basil],
    ],
    ["no id", [part(tomato.arguments, { index: null, id: "" }, name)], [tomato]],
  ])("%s", async (_, deltas, expected) => {
    const { calls, turns } = await openai(deltas);
    expect(calls).toMatchObject(expected);
    expect(new Set(calls.map(({ id }) => id)).size).toBe(calls.length);
    expect(turns).toMatchObject([
      { role: "assistant", content: null, tool_calls: calls.map(({ id }) => ({ id, type: "function" })) },
      ...calls.map(({ id }) => ({ role: "tool", tool_call_id: id, content: `Result of ${id}` })),
    ]);
  });
});

describe("the model's own turn goes back as it came", () => {
  const signed = { google: { thought_signature: "sig/A==" } };
  const call = { index: 0, id: "a", type: "function", function: tomato };
  const { index: _, ...called } = call;
  const thinking = (text: string) => ({ type: "thinking", thinking: [{ type: "text", text }] });
  it.each([
    [
      "Google's signatures",
      [{ role: "assistant", content: null }, { tool_calls: [{ ...call, extra_content: signed }] }],
      { content: null, tool_calls: [{ ...called, extra_content: signed }] },
    ],
    [
      "DeepSeek's thoughts",
      [
        { content: null, reasoning_content: "They " },
        { content: null, reasoning_content: "ask." },
        { content: "Wait." },
        { tool_calls: [call] },
      ],
      { content: "Wait.", reasoning_content: "They ask.", tool_calls: [called] },
    ],
    [
      "OpenRouter's details",
      [
        { content: "", reasoning: "H", reasoning_details: [{ index: 0, text: "H" }] },
        { reasoning: "m", reasoning_details: [{ index: 0, signature: "s" }], tool_calls: [call] },
      ],
      {
        content: "",
        reasoning: "Hm",
        reasoning_details: [
          { index: 0, text: "H" },
          { index: 0, signature: "s" },
        ],
      },
    ],
    [
      "Mistral's parts",
      [
        { content: [thinking("H")] },
        { content: [thinking("m")] },
        { content: "Wait" },
        { content: "." },
        { tool_calls: [call] },
      ],
      {
        content: [
          {
            type: "thinking",
            thinking: [
              { type: "text", text: "H" },
              { type: "text", text: "m" },
            ],
          },
          { type: "text", text: "Wait." },
        ],
      },
    ],
  ])("%s", async (_, deltas, expected) => {
    const { turns } = await openai(deltas);
    expect(turns[0]).toEqual({ role: "assistant", tool_calls: [called], ...expected });
  });

  it("Anthropic's blocks, whatever its ids are made of", async () => {
    const blocks = [
      { type: "thinking", thinking: "Hm.", signature: "sig" },
      { type: "redacted_thinking", data: "EmwK" },
      { type: "text", text: "Wait." },
      { type: "tool_use", id: "search_notes:0", name: "search_notes", input: { query: "tomato" } },
      { type: "tool_use", id: "search_notes:1", name: "search_notes", input: { query: "basil" } },
    ];
    const starts = blocks.map((content_block, index) => ({
      type: "content_block_start",
      index: Math.min(index, 3),
      content_block,
    }));
    const { calls, turns } = await anthropic(starts);
    expect(calls).toMatchObject([tomato, basil]);
    expect(turns).toEqual([
      { role: "assistant", content: blocks },
      {
        role: "user",
        content: [0, 1].map((place) => ({
          type: "tool_result",
          tool_use_id: `search_notes:${place}`,
          content: `Result of search_notes:${place}`,
        })),
      },
    ]);
  });

  it("Anthropic's input in parts, where its start is empty", async () => {
    const { calls } = await anthropic([
      { type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "" } },
      { type: "content_block_delta", index: 0, delta: { type: "signature_delta", signature: "sig" } },
      {
        type: "content_block_start",
        index: 1,
        content_block: { type: "tool_use", id: "a", name: "search_notes", input: {} },
      },
      {
        type: "content_block_delta",
        index: 1,
        delta: { type: "input_json_delta", partial_json: tomato.arguments },
      },
    ]);
    expect(calls).toMatchObject([tomato]);
  });
});
