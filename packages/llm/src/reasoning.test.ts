import { describe, expect, it } from "vitest";
import { answering, sse } from "./fixtures/answering.ts";
import { REQUEST } from "./fixtures/collect.ts";
import { replay } from "./fixtures/replay.ts";
import type { Provider } from "./provider.ts";
import { createAnthropicProvider } from "./providers/anthropic/provider.ts";
import { createOpenAiProvider } from "./providers/openai/provider.ts";
import { createScriptedProvider } from "./providers/scripted/provider.ts";

/** What a provider's answer says and thinks, and in which order. */
async function heard(provider: Provider, request = REQUEST) {
  const said = { text: "", reasoning: "", order: "" };
  let last: unknown;
  for await (const event of provider.stream(request, { signal: new AbortController().signal })) {
    last = event;
    if (event.type === "delta") said.text += event.text;
    if (event.type === "reasoning") said.reasoning += event.text;
    if (event.type !== "usage" && !said.order.endsWith(event.type)) said.order += ` ${event.type}`;
  }
  return { ...said, last };
}

const openai = (body: string) => createOpenAiProvider({ apiKey: "key", fetch: answering(body).fetch });
const chunk = (delta: object, reason: string | null = null) =>
  sse({ choices: [{ index: 0, delta, finish_reason: reason }] });
const ends = (reason = "stop", usage = {}) =>
  `${chunk({}, reason)}${sse({ choices: [], usage: { prompt_tokens: 7, completion_tokens: 9, ...usage } })}data: [DONE]\n\n`;

describe("what a compatible server's model thinks is apart from its answer", () => {
  it.each([
    ["reasoning_content, of DeepSeek and vLLM", { reasoning_content: "Let me see." }],
    ["reasoning, of OpenRouter, Groq and Ollama", { reasoning: "Let me see." }],
    ["both", { reasoning: "Let me see.", reasoning_content: "Let me see." }],
    [
      "parts, of Mistral",
      { content: [{ type: "thinking", thinking: [{ type: "text", text: "Let me see." }] }] },
    ],
  ])("as %s", async (_, thought) => {
    const answer = await heard(openai(chunk(thought) + chunk({ content: "Four." }) + ends()));
    expect(answer).toMatchObject({
      text: "Four.",
      reasoning: "Let me see.",
      order: " reasoning delta finish",
    });
  });

  it.each([1, 2, 3, 7, 64])("between tags, in pieces of %i characters", async (size) => {
    const whole = "\n<think>\nA <b> & </b>, not </thin. 👋🏽\n</think>\n\nFour, by <think>ing</think>.";
    const pieces = whole.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
    const answer = await heard(openai(pieces.map((content) => chunk({ content })).join("") + ends()));
    expect(answer.reasoning.trim()).toBe("A <b> & </b>, not </thin. 👋🏽");
    expect(answer.text).toBe("Four, by <think>ing</think>.");
  });

  it.each([
    ["between tags", chunk({ content: "<think>Let me see.</think>" }), "Let me see."],
    ["in a field of its own", chunk({ reasoning_content: "Let me see." }), "Let me see."],
    ["nowhere", "", ""],
  ])("and the blank lines between the two are in neither: %s", async (_, thought, reasoning) => {
    const said = ["\n", "\r\n \n", "  ", "indented\n\nlast"];
    const answer = await heard(openai(thought + said.map((content) => chunk({ content })).join("") + ends()));
    const text = reasoning === "" ? said.join("") : "  indented\n\nlast";
    expect(answer).toMatchObject({ text, reasoning });
    const blank = await heard(openai(thought + chunk({ content: "\n\n" }) + ends()));
    expect(blank.text).toBe("");
  });

  it("only where the answer begins with it", async () => {
    const body =
      chunk({ content: "The tag <think> opens, " }) + chunk({ content: "</think> closes." }) + ends();
    expect(await heard(openai(body))).toMatchObject({
      text: "The tag <think> opens, </think> closes.",
      reasoning: "",
    });
  });

  it("and is the answer where it ended without another", async () => {
    const body = chunk({ content: "<think>is a tag of some models" }) + ends();
    expect(await heard(openai(body))).toMatchObject({ text: "is a tag of some models" });
    const cut = chunk({ content: "<think>Let me see, first" }) + ends("length");
    expect(await heard(openai(cut))).toMatchObject({ text: "", reasoning: "Let me see, first" });
  });

  it("and is nothing where it is blank", async () => {
    const body = chunk({ content: "<think>\n\n</think>\n\nFour." }) + ends();
    expect(await heard(openai(body))).toMatchObject({ reasoning: "", order: " delta finish" });
  });

  it("and ends where it is more than was asked for", async () => {
    const endless = chunk({ reasoning_content: "again and again, " }).repeat(2_000);
    const answer = await heard(openai(endless));
    expect(answer.last).toMatchObject({ type: "finish", reason: "length" });
    expect(answer.reasoning.length).toBeLessThan(REQUEST.maxOutputTokens * 16);
  });
});

describe("of the usage", () => {
  it.each([
    [
      "OpenAI's details are read",
      { prompt_tokens_details: { cached_tokens: 4 }, completion_tokens_details: { reasoning_tokens: 5 } },
      { inputTokens: 7, cachedInputTokens: 4, outputTokens: 9, reasoningTokens: 5 },
    ],
    [
      "DeepSeek's hits of its cache are read",
      { prompt_cache_hit_tokens: 6, prompt_cache_miss_tokens: 1 },
      { inputTokens: 7, cachedInputTokens: 6, outputTokens: 9, reasoningTokens: 0 },
    ],
    [
      "what is more than the whole is not believed",
      { prompt_tokens_details: { cached_tokens: 400 }, completion_tokens_details: { reasoning_tokens: 10 } },
      { inputTokens: 7, cachedInputTokens: 7, outputTokens: 9, reasoningTokens: 9 },
    ],
  ])("%s", async (_, details, usage) => {
    const answer = await heard(openai(chunk({ content: "Four." }) + ends("stop", details)));
    expect(answer.last).toMatchObject({ usage });
  });

  it("what was thought is estimated where nobody counts it", async () => {
    const answer = await heard(
      openai(chunk({ reasoning: "Let me see." }) + chunk({ content: "4" }) + ends()),
    );
    expect(answer.last).toMatchObject({ usage: { outputTokens: 9, reasoningTokens: 5 } });
  });
});

describe("Anthropic's thinking", () => {
  it("is apart from the answer, and counted", async () => {
    const { fetch } = replay("anthropic/thinking");
    const answer = await heard(createAnthropicProvider({ apiKey: "key", fetch }));
    expect(answer).toMatchObject({
      text: "It is 4.",
      reasoning: "Two and two. Grüße: four.",
      last: {
        usage: { inputTokens: 2_072, cachedInputTokens: 2_048, outputTokens: 40, reasoningTokens: 22 },
      },
    });
  });
});

it("of the offline model that thinks", async () => {
  const provider = createScriptedProvider({ sleep: async () => {} });
  const answer = await heard(provider, { ...REQUEST, model: "thinks" });
  expect(answer.order).toBe(" reasoning delta finish");
  expect(answer.text).not.toContain(answer.reasoning);
});
