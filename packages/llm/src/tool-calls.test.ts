import { describe, expect, it } from "vitest";
import { REQUEST } from "./fixtures/collect.ts";
import { replay } from "./fixtures/replay.ts";
import type { PromptRequest, Provider, ReplyEvent, ToolRound } from "./provider.ts";
import { createAnthropicProvider } from "./providers/anthropic/provider.ts";
import { createOpenAiProvider } from "./providers/openai/provider.ts";
import { createScriptedProvider } from "./providers/scripted/provider.ts";
import { searchNotesTool } from "./search-notes-tool.ts";

const offering: PromptRequest = { ...REQUEST, tools: { tools: [searchNotesTool], choice: "auto" } };

async function events(provider: Provider, request: PromptRequest = offering): Promise<ReplyEvent[]> {
  const { signal } = new AbortController();
  const all: ReplyEvent[] = [];
  for await (const event of provider.stream(request, { signal })) if (event.type !== "usage") all.push(event);
  return all;
}

function openai(recording: string, chunkBytes = 64) {
  const { fetch, requests } = replay(recording, { chunkBytes });
  return { provider: createOpenAiProvider({ apiKey: "sk-key", fetch }), requests };
}

function anthropic(recording: string, chunkBytes = 64) {
  const { fetch, requests } = replay(recording, { chunkBytes });
  return { provider: createAnthropicProvider({ apiKey: "sk-key", fetch }), requests };
}

const round: ToolRound = {
  text: "Let me look.",
  calls: [{ id: "call.1", name: "search_notes", arguments: '{"query":"tomato"}' }],
  results: ["Found: water them."],
  memo: undefined,
};

describe("openai", () => {
  it.each([64, 3])("puts streamed calls together from chunks of %i bytes", async (chunkBytes) => {
    expect(await events(openai("openai/tools", chunkBytes).provider)).toEqual([
      { type: "delta", text: "Let me look" },
      { type: "delta", text: "." },
      {
        type: "tool_calls",
        calls: [
          { id: "call_Zk81aQ", name: "search_notes", arguments: '{"query":"Grüße tomato"}' },
          { id: "call_Yb02cW", name: "search_notes", arguments: '{"query":""}' },
        ],
        memo: { provider: "openai", content: expect.objectContaining({ content: "Let me look." }) },
        usage: { inputTokens: 88, cachedInputTokens: 0, outputTokens: 41, reasoningTokens: 0 },
      },
    ]);
  });

  it("understands servers that name no id, say stop and count nothing", async () => {
    const [event] = await events(openai("openai/tools-local").provider);
    expect(event).toMatchObject({
      type: "tool_calls",
      calls: [{ id: "call_0", name: "search_notes", arguments: '{"query":"tomato"}' }],
      usage: {
        inputTokens: expect.any(Number),
        cachedInputTokens: 0,
        outputTokens: expect.any(Number),
        reasoningTokens: 0,
      },
    });
  });

  it("ends with the text when calls come that were not offered any more", async () => {
    const request: PromptRequest = { ...offering, tools: { tools: [searchNotesTool], choice: "none" } };
    expect((await events(openai("openai/tools").provider, request)).at(-1)).toMatchObject({
      type: "finish",
      reason: "stop",
    });
  });

  it("sends tools, data as user text, and rounds as calls and results", async () => {
    const { provider, requests } = openai("openai/complete");
    const messages = [{ role: "user" as const, content: "Which?", data: "<notes>\n</notes>" }];
    await events(provider, { ...offering, messages, rounds: [round] });
    expect(await requests[0]?.json()).toMatchObject({
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "<notes>\n</notes>\n\nWhich?" },
        {
          role: "assistant",
          content: "Let me look.",
          tool_calls: [
            {
              id: "call.1",
              type: "function",
              function: { name: "search_notes", arguments: '{"query":"tomato"}' },
            },
          ],
        },
        { role: "tool", tool_call_id: "call.1", content: "Found: water them." },
      ],
      tools: [{ type: "function", function: { name: "search_notes", parameters: { type: "object" } } }],
      tool_choice: "auto",
    });
  });

  it("says when a server may only have refused the tools", async () => {
    await expect(events(openai("openai/tools-refused").provider)).rejects.toMatchObject({
      code: "provider_rejected",
      refusesTools: true,
    });
    await expect(events(openai("openai/404").provider)).rejects.toMatchObject({ refusesTools: false });
  });
});

describe("anthropic", () => {
  it.each([64, 3])("puts streamed calls together from chunks of %i bytes", async (chunkBytes) => {
    expect((await events(anthropic("anthropic/tools", chunkBytes).provider)).at(-1)).toEqual({
      type: "tool_calls",
      calls: [
        {
          id: "toolu_01A09q90qw90lq917835lq9",
          name: "search_notes",
          arguments: '{"query": "Grüße tomato"}',
        },
        { id: "toolu_01B", name: "search_notes", arguments: "{}" },
      ],
      memo: {
        provider: "anthropic",
        content: [
          { type: "thinking", thinking: "They ask about their notes.", signature: "EqQBCgIYAhIM" },
          { type: "redacted_thinking", data: "EmwKAhgBEgy3va3" },
          { type: "text", text: "Let me look." },
          {
            type: "tool_use",
            id: "toolu_01A09q90qw90lq917835lq9",
            name: "search_notes",
            input: { query: "Grüße tomato" },
          },
          { type: "tool_use", id: "toolu_01B", name: "search_notes", input: {} },
        ],
      },
      usage: { inputTokens: 395, cachedInputTokens: 0, outputTokens: 89, reasoningTokens: 7 },
    });
  });

  it("sends its own turn back as it was, and another provider's in its own form", async () => {
    const content = [{ type: "thinking", thinking: "Hm.", signature: "Sig" }];
    const memo = { provider: "anthropic", content };
    const { provider, requests } = anthropic("anthropic/complete");
    await events(provider, { ...offering, rounds: [{ ...round, memo }, round] });
    expect(await requests[0]?.json()).toMatchObject({
      system: "Be brief.",
      messages: [
        { role: "user", content: "Secret prompt text" },
        { role: "assistant", content },
        { role: "user", content: [{ type: "tool_result", content: "Found: water them." }] },
        {
          role: "assistant",
          content: [
            { type: "text", text: "Let me look." },
            { type: "tool_use", id: "call_1", name: "search_notes", input: { query: "tomato" } },
          ],
        },
        { role: "user", content: [{ type: "tool_result", tool_use_id: "call_1" }] },
      ],
      tools: [{ name: "search_notes", input_schema: { type: "object", required: ["query"] } }],
      tool_choice: { type: "auto" },
    });
  });
});

describe("scripted/demo", () => {
  const provider = createScriptedProvider({ sleep: async () => {} });
  const asking = (content: string, more: Partial<PromptRequest> = {}): PromptRequest => ({
    ...offering,
    model: "demo",
    maxOutputTokens: 1_000,
    messages: [{ role: "user", content }],
    ...more,
  });

  it("searches when a message asks about notes and there are any", async () => {
    expect(await events(provider, asking("What do my notes say about tomatoes?"))).toMatchObject([
      { type: "tool_calls", calls: [{ name: "search_notes", arguments: '{"query":"tomatoes"}' }] },
    ]);
  });

  it.each([
    ["it asks about something else", asking("Hello there")],
    ["no tool is offered", asking("What do my notes say?", { tools: undefined })],
    ["it is another model", { ...asking("What do my notes say?"), model: "echo" }],
  ])("does not when %s", async (_, request) => {
    const types = (await events(provider, request)).map(({ type }) => type);
    expect(types).not.toContain("tool_calls");
    expect(types.at(-1)).toBe("finish");
  });

  it("echoes the message alone, not its data", async () => {
    const messages = [{ role: "user" as const, content: "Hi", data: "<notes>\n</notes>" }];
    expect(await events(provider, { ...offering, model: "echo", messages })).toMatchObject([
      { type: "delta", text: "Echo: Hi" },
      { type: "finish" },
    ]);
  });
});
