import { encodePiece } from "@parley/llm/providers/bedrock/fixtures/event-stream";
import { json, streamed, type WireAnswer } from "./odd-provider.ts";

export const thought = "Two and two. Grüße: four.";
export const said = "It is 4.";

type Body = Readonly<Record<string, unknown>>;

const usage = {
  prompt_tokens: 9,
  completion_tokens: 8,
  completion_tokens_details: { reasoning_tokens: 6 },
};

function completion(...deltas: object[]): WireAnswer {
  const chunks = deltas.map((delta) => ({ choices: [{ index: 0, delta, finish_reason: null }] }));
  return streamed(
    ...chunks,
    { choices: [{ index: 0, delta: {}, finish_reason: "stop" }], usage },
    "data: [DONE]\n\n",
  );
}

const refusal = (message: string, param: string) =>
  json(400, { error: { message, param, type: "invalid_request_error" } });

/** Answers of compatible servers that think first, each in its own way, by the beginning of its path. */
const compatible: Readonly<Record<string, (body: Body) => WireAnswer>> = {
  "/v1/": () => completion({ reasoning_content: thought }, { content: said }),
  "/groq/": (body) =>
    "stream_options" in body
      ? json(422, {
          detail: [{ type: "extra_forbidden", loc: ["body", "stream_options"], msg: "Extra inputs" }],
        })
      : completion({ reasoning: thought }, { content: said }),
  "/openai/": (body) => {
    if ("max_tokens" in body) {
      return refusal(
        "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
        "max_tokens",
      );
    }
    if ("temperature" in body) {
      return refusal("Unsupported value: 'temperature' does not support 0.3 with this model.", "temperature");
    }
    return completion({ content: `<think>${thought}` }, { content: `</think>${said}` });
  },
};

/** What the compatible server of that path answers. */
export function thinkingCompletion(path: string, body: Body): WireAnswer {
  const [, answer] = Object.entries(compatible).find(([beginning]) => path.startsWith(beginning)) ?? [];
  if (answer === undefined) throw new Error(`No server answers at ${path}.`);
  return answer(body);
}

/** The same from Bedrock, in its binary framing. */
export function thinkingConverse(): Buffer {
  const delta = (contentBlockIndex: number, given: object) =>
    ["contentBlockDelta", { contentBlockIndex, delta: given }] as const;
  const pieces = [
    ["messageStart", { role: "assistant" }],
    delta(0, { reasoningContent: { text: thought } }),
    delta(0, { reasoningContent: { signature: "sig" } }),
    delta(1, { text: said }),
    ["messageStop", { stopReason: "end_turn" }],
    ["metadata", { usage: { inputTokens: 9, outputTokens: 8, totalTokens: 17 }, metrics: { latencyMs: 1 } }],
  ] as const;
  return Buffer.concat(pieces.map(encodePiece));
}
