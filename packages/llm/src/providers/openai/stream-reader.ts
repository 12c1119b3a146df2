import { readEnding } from "../../ending.ts";
import { type JsonObject, listOf, numberOf, objectOf, property, textOf } from "../../json-shape.ts";
import type { ReportedUsage } from "../../provider.ts";
import type { StreamStep } from "../../reply-stream.ts";
import { createCallParts } from "./call-parts.ts";
import { createOwnTurn } from "./own-turn.ts";

/** Reads the chunks of a completion, or a whole one. Compatible servers leave out, add and move what OpenAI's has. */
export async function* toSteps(chunks: AsyncIterable<JsonObject>): AsyncGenerator<StreamStep> {
  const calls = createCallParts();
  const turn = createOwnTurn();
  let hasDeltas = false;
  for await (const chunk of chunks) {
    const choice = listOf(chunk.choices)[0];
    hasDeltas ||= Object.keys(objectOf(property(choice, "delta"))).length > 0;
    const delta = deltaOf(choice, hasDeltas);
    turn.add(delta);
    for (const part of listOf(delta.tool_calls)) calls.add(part);
    const end = readEnding(textOf(property(choice, "finish_reason")));
    const called = calls.calls();
    const usage = chunk.usage ?? property(choice, "usage");
    yield {
      text: contentOf(delta.content) || textOf(delta.refusal),
      reasoning: reasoningOf(delta),
      // Some servers call tools and say `stop`.
      ...(end === "stop" && called.length > 0
        ? { end: "tools", calls: called, memo: turn.message(calls.asSent()) }
        : { end }),
      ...usageOf(usage),
    };
  }
}

/** A `message` is a whole answer, or a delta under another name; after deltas it only repeats them. */
function deltaOf(choice: unknown, hasDeltas: boolean): JsonObject {
  const delta = objectOf(property(choice, "delta"));
  return hasDeltas ? delta : objectOf(property(choice, "message"));
}

/** OpenAI's names, and DeepSeek's of what it read from its cache. */
function usageOf(usage: unknown): ReportedUsage {
  const count = (...path: string[]) => numberOf(property(usage, ...path));
  return {
    inputTokens: count("prompt_tokens"),
    cachedInputTokens: count("prompt_tokens_details", "cached_tokens") ?? count("prompt_cache_hit_tokens"),
    outputTokens: count("completion_tokens"),
    reasoningTokens: count("completion_tokens_details", "reasoning_tokens"),
  };
}

const TEXT_TYPE = /^(output_)?text$/;
const THOUGHT_TYPE = /^(thinking|reasoning)$/;

/** Text is a string, a part, or a list of parts, among which may be what the model thought. */
function contentOf(content: unknown): string {
  if (Array.isArray(content)) return content.map(contentOf).join("");
  const type = property(content, "type") ?? "text";
  const text = TEXT_TYPE.test(String(type)) ? property(content, "text") : undefined;
  return textOf(content) ?? textOf(text) ?? "";
}

/** DeepSeek and vLLM have one field for it, OpenRouter, Groq and Ollama another; Mistral has parts of the content. */
function reasoningOf({ reasoning_content: long, reasoning, content }: JsonObject): string {
  const parts = listOf(content).filter((part) => THOUGHT_TYPE.test(String(property(part, "type"))));
  return textOf(long) || textOf(reasoning) || parts.map(thoughtOf).join("");
}

function thoughtOf(part: unknown): string {
  const { thinking, text } = objectOf(part);
  return contentOf(thinking) || (textOf(text) ?? "");
}
