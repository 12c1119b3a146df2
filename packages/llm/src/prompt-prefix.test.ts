import { describe, expect, it } from "vitest";
import type { PromptNote } from "./notes-block.ts";
import type { HistoryMessage } from "./prompt-turns.ts";
import { buildPromptWithNotes } from "./prompt-with-notes.ts";
import type { PromptRequest } from "./provider.ts";
import { toParams as toAnthropic } from "./providers/anthropic/request.ts";
import { toInput as toBedrock } from "./providers/bedrock/request.ts";
import { toParams as toOpenAi } from "./providers/openai/request.ts";

const words = (count: number) => "word ".repeat(count);
const systemPrompt = `Be brief. ${words(1_500)}`;
const pinned: PromptNote = { id: "p", title: "Rent", tags: [], content: "<900> €", isCut: false };
const found: PromptNote = { id: "f", title: null, tags: [], content: "The garden's tomatoes.", isCut: false };

const history: HistoryMessage[] = ["One?", "First.", "Two?", "Second.", "Three?"].map((content, index) => ({
  role: index % 2 === 0 ? "user" : "assistant",
  content,
  position: index + 1,
}));

/** The prompt of the n-th question, as its model is sent it. */
function requestOf(turn: number, foundNotes: readonly PromptNote[] = []): PromptRequest {
  const input = {
    systemPrompt,
    contextTokens: 100_000,
    maxOutputTokens: 1_000,
    pinnedNotes: [pinned],
    foundNotes,
  };
  const takesTools = foundNotes.length === 0;
  const prompt = buildPromptWithNotes(
    { ...input, history: history.slice(0, 2 * turn - 1) },
    { hasOthers: true, takesTools },
  );
  const { messages, tools } = prompt;
  return { model: "anthropic.claude", systemPrompt, messages, tools, maxOutputTokens: 1_000 };
}

/** What of a body a provider reads, in the order in which it reads it, without the marks of what to cache. */
const read = {
  openai: (request: PromptRequest) => {
    const { tools, messages } = toOpenAi(request, {}, "max_tokens");
    return JSON.stringify([tools, messages]);
  },
  anthropic: (request: PromptRequest) => {
    const { tools, system, messages } = toAnthropic(request, {});
    const text = (content: unknown) =>
      Array.isArray(content) ? content.map((block) => block.text).join("") : content;
    const plain = messages.map(({ role, content }) => ({ role, content: text(content) }));
    return JSON.stringify([tools, text(system), plain]);
  },
  bedrock: (request: PromptRequest) => {
    const { toolConfig, system, messages } = toBedrock(request, {});
    return JSON.stringify([toolConfig, system, messages]).replaceAll(
      ',{"cachePoint":{"type":"default"}}',
      "",
    );
  },
};

describe.each(Object.entries(read))("%s", (_, bodyOf) => {
  it("is sent what it was sent for the turn before, to the byte, and more behind it", () => {
    for (const turn of [1, 2]) {
      const before = bodyOf(requestOf(turn));
      expect(before).toContain("\\u003c900");
      // Without the ends of the lists.
      expect(bodyOf(requestOf(turn + 1)).startsWith(before.slice(0, -2))).toBe(true);
    }
  });

  it("has what was found behind the turns before", () => {
    const body = bodyOf(requestOf(3, [found]));
    expect(body.indexOf("tomatoes")).toBeGreaterThan(body.indexOf("Second."));
    expect(body.indexOf("900")).toBeLessThan(body.indexOf("One?"));
  });
});

describe("marks of what is to be cached", () => {
  const cached = { type: "ephemeral" };
  const point = { cachePoint: { type: "default" } };

  it("stand behind the system prompt and the last message", () => {
    const { system, messages } = toAnthropic(requestOf(2), {});
    expect(system).toEqual([{ type: "text", text: systemPrompt, cache_control: cached }]);
    expect(messages.at(-1)?.content).toEqual([{ type: "text", text: "Two?", cache_control: cached }]);
    expect(JSON.stringify(messages.slice(0, -1))).not.toContain("cache_control");
    const input = toBedrock(requestOf(2), {});
    expect(input.system).toEqual([{ text: systemPrompt }, point]);
    expect(input.messages?.at(-1)?.content).toEqual([{ text: "Two?" }, point]);
  });

  it("stand behind what tools gave, while they are called", () => {
    const calls = ["a", "b"].map((id) => ({ id, name: "search_notes", arguments: "{}" }));
    const rounds = [{ text: "", calls, results: ["one", "two"], memo: undefined }];
    const content = toAnthropic({ ...requestOf(2), rounds }, {}).messages.at(-1)?.content;
    expect(content).toMatchObject([{ tool_use_id: "a" }, { tool_use_id: "b", cache_control: cached }]);
    expect(JSON.stringify(content)).toMatch(/^(?!.*cache_control.*cache_control)/);
  });

  it.each([
    ["a short prompt", { systemPrompt: "Be brief." }, {}],
    ["a server that refuses them", {}, { withoutCacheMarks: true }],
  ] as const)("are not in %s", (_, change, adjustments) => {
    const request = { ...requestOf(2), ...change };
    expect(JSON.stringify(toAnthropic(request, adjustments))).not.toContain("cache_control");
    expect(JSON.stringify(toBedrock(request, adjustments))).not.toContain("cachePoint");
  });

  it("are not sent to models of Bedrock that cache nothing", () => {
    expect(JSON.stringify(toBedrock({ ...requestOf(2), model: "meta.llama3" }, {}))).not.toContain(
      "cachePoint",
    );
  });
});
