import { readEnding } from "../../ending.ts";
import { ReportedError } from "../../event-stream.ts";
import { type JsonObject, listOf, numberOf, objectOf, property, textOf } from "../../json-shape.ts";
import type { ReportedUsage } from "../../provider.ts";
import type { StreamStep } from "../../reply-stream.ts";

function usageOf(response: unknown): ReportedUsage {
  const count = (...path: string[]) => numberOf(property(response, "usage", ...path));
  return {
    inputTokens: count("input_tokens"),
    cachedInputTokens: count("input_tokens_details", "cached_tokens"),
    outputTokens: count("output_tokens"),
    reasoningTokens: count("output_tokens_details", "reasoning_tokens"),
  };
}

/** How a response ended, from its status; nothing of one that goes on. One that failed is not to be read again. */
function* endOf(response: unknown): Generator<StreamStep> {
  const status = property(response, "status");
  if (status === "completed") yield { end: "stop", ...usageOf(response) };
  if (status === "incomplete") {
    const reason = textOf(property(response, "incomplete_details", "reason")) ?? "unknown";
    yield { end: readEnding(reason), ...usageOf(response) };
  }
  if (status !== "failed" && status !== "cancelled") return;
  yield { stored: null };
  if (status === "failed") throw new ReportedError(new Headers(), objectOf(property(response, "error")));
  yield { end: "failed" };
}

const texts: Readonly<Record<string, "text" | "reasoning">> = {
  "response.output_text.delta": "text",
  "response.refusal.delta": "text",
  "response.reasoning_text.delta": "reasoning",
  "response.reasoning_summary_text.delta": "reasoning",
};

/** Reads the events of a response; the first one has its id. */
export async function* toSteps(events: AsyncIterable<JsonObject>): AsyncGenerator<StreamStep> {
  for await (const event of events) {
    const id = textOf(property(event, "response", "id"));
    if (event.type === "response.created" && id) yield { stored: id };
    const kind = texts[String(event.type)];
    if (kind === undefined) yield* endOf(event.response);
    else yield { [kind]: textOf(event.delta) };
  }
}

/** Whether a response has ended, however. */
export function hasEnded(response: unknown): boolean {
  return !["queued", "in_progress"].includes(String(property(response, "status")));
}

/** A response that has ended, whole. */
export function* wholeResponse(response: unknown): Generator<StreamStep> {
  for (const item of listOf(property(response, "output"))) {
    const isThought = property(item, "type") === "reasoning";
    for (const part of [...listOf(property(item, "summary")), ...listOf(property(item, "content"))]) {
      const text = textOf(property(part, "text")) ?? textOf(property(part, "refusal"));
      yield isThought ? { reasoning: text } : { text };
    }
  }
  yield* endOf(response);
}
