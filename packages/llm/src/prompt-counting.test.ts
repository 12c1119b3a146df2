import { expect, it } from "vitest";
import { buildPrompt, type PromptInput } from "./build-prompt.ts";
import type { HistoryMessage } from "./prompt-turns.ts";
import { tokenCounterFor } from "./token-counter.ts";

// Thai takes few tokens of o200k_base, and many by an estimate that must also fit older vocabularies.
const thai = "ฉันอยากรู้ว่าสัญญาเช่าในคิวงานคืออะไร ".repeat(20);

function conversation(turns: number): HistoryMessage[] {
  const messages: HistoryMessage[] = [];
  for (let index = 0; index < turns * 2; index++) {
    const role = index % 2 === 0 ? "user" : "assistant";
    messages.push({ role, content: thai, position: index });
  }
  return [...messages, { role: "user", content: thai, position: turns * 2 }];
}

it("fills the context by real counts, in whole turns, and never beyond it", async () => {
  const counter = await tokenCounterFor({ kind: "openai", name: "gpt-5" });
  const limits = { contextTokens: 20_000, maxOutputTokens: 4_000 };
  const input: PromptInput = { systemPrompt: "Be brief.", history: conversation(60), ...limits };
  const { messages, manifest } = buildPrompt({ ...input, counter });
  const exact =
    counter.count("Be brief.") + messages.reduce((sum, { content }) => sum + counter.count(content), 0);
  expect(exact).toBeLessThanOrEqual(16_000);
  expect(exact).toBeGreaterThan(15_000 - 2 * counter.count(thai));
  expect(manifest.inputTokens).toBeGreaterThanOrEqual(exact);
  expect(manifest.sentPositions.length % 2).toBe(1);
  expect(manifest.droppedPositions.length).toBeGreaterThan(0);
  const estimated = buildPrompt(input);
  expect(estimated.manifest.sentPositions.length).toBeLessThan(manifest.sentPositions.length);
});

it("refuses what does not fit by real counts", async () => {
  const counter = await tokenCounterFor({ kind: "openai", name: "gpt-5" });
  const asked = { role: "user" as const, content: thai.repeat(40), position: 1 };
  const needed = counter.count(asked.content);
  const input = { systemPrompt: undefined, history: [asked], maxOutputTokens: 100, counter };
  expect(() => buildPrompt({ ...input, contextTokens: needed })).toThrow();
  expect(buildPrompt({ ...input, contextTokens: Math.ceil(needed * 1.05) + 200 }).messages).toHaveLength(1);
});
