import { readEnding } from "../../ending.ts";
import { type JsonObject, listOf, numberOf, objectOf, property, textOf } from "../../json-shape.ts";
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
      // Some servers call tools and say `stop`.
      ...(end === "stop" && called.length > 0
        ? { end: "tools", calls: called, memo: turn.message(calls.asSent()) }
        : { end }),
      inputTokens: numberOf(property(usage, "prompt_tokens")),
      outputTokens: numberOf(property(usage, "completion_tokens")),
    };
  }
}

/** A `message` is a whole answer, or a delta under another name; after deltas it only repeats them. */
function deltaOf(choice: unknown, hasDeltas: boolean): JsonObject {
  const delta = objectOf(property(choice, "delta"));
  return hasDeltas ? delta : objectOf(property(choice, "message"));
}

const TEXT_TYPE = /^(output_)?text$/;

/** Text is a string, a part, or a list of parts, among which may be what the model thought. */
function contentOf(content: unknown): string {
  if (Array.isArray(content)) return content.map(contentOf).join("");
  const type = property(content, "type") ?? "text";
  const text = TEXT_TYPE.test(String(type)) ? property(content, "text") : undefined;
  return textOf(content) ?? textOf(text) ?? "";
}
