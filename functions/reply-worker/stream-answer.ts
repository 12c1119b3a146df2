import type { Prompt } from "@parley/llm/build-prompt";
import { LlmError, spentLimitError } from "@parley/llm/errors";
import type { Model } from "@parley/llm/models";
import type { PromptRequest, ProviderMemo, TokenUsage, ToolCall } from "@parley/llm/provider";
import { traced } from "@parley/runtime/tracer";
import type { ReplyProgress } from "./reply-progress.ts";
import type { Run } from "./run.ts";
import { addUsage, roundsToShow } from "./transcript.ts";

/** The text of all calls so far. */
export interface Answer {
  text: string;
  reason: "stop" | "length";
  /** Of all calls so far. */
  usage: TokenUsage;
}

/** The model wants tools to be run before it answers. */
export interface Calls {
  /** Of all calls so far. */
  text: string;
  reason: "tools";
  calls: readonly ToolCall[];
  memo: ProviderMemo | undefined;
  /** Of this call. */
  usage: TokenUsage;
}

interface Call {
  model: Model;
  prompt: Prompt;
  progress: ReplyProgress;
}

// A call that hangs must leave time for another one, and a model that thinks long must be left to think.
const shareOfDeadline = 0.4;
const shortestCallMillis = 30_000;

function callMillis({ reply, endsAt }: Run): number {
  const whole = reply.deadlineAt.getTime() - reply.createdAt.getTime();
  const left = endsAt - Date.now();
  // A timer of a fraction of a millisecond is a RangeError.
  return Math.max(0, Math.floor(Math.min(left, Math.max(shortestCallMillis, whole * shareOfDeadline))));
}

/** Less than this could not even say that there is not enough. */
const leastOutputTokens = 256;

function requestFor({ reply, transcript }: Run, { model, prompt }: Call): PromptRequest {
  const { usage } = transcript;
  return {
    model: model.name,
    systemPrompt: reply.systemPrompt ?? undefined,
    messages: prompt.messages,
    // What the hold covers is for all calls together.
    maxOutputTokens: Math.max(leastOutputTokens, model.maxOutputTokens - usage.outputTokens),
    tools: prompt.tools,
    rounds: roundsToShow(transcript),
  };
}

async function readStream(run: Run, call: Call): Promise<Answer | Calls> {
  const { model, progress } = call;
  const { transcript } = run;
  const signal = AbortSignal.any([progress.signal, AbortSignal.timeout(callMillis(run))]);
  let text = transcript.text;
  let isEmpty = true;
  for await (const event of run.worker.providers
    .get(model.provider)
    .stream(requestFor(run, call), { signal })) {
    if (event.type === "delta") {
      // What was said before a search and what is said after it are paragraphs of one answer.
      const delta = isEmpty && text !== "" ? `\n\n${event.text}` : event.text;
      isEmpty = false;
      text += delta;
      progress.add(delta);
    } else if (event.type === "tool_calls") {
      return { text, reason: "tools", calls: event.calls, memo: event.memo, usage: event.usage };
    } else if (!isEmpty || (event.reason === "length" && text !== "")) {
      return { text, reason: event.reason, usage: addUsage(transcript.usage, event.usage) };
    } else if (event.reason === "length") throw spentLimitError();
  }
  const details = { retryable: true, liesInRequest: true };
  throw new LlmError("provider_unavailable", "The model gave an empty answer.", details);
}

/**
 * One call of a model.
 * @throws LlmError when it fails, ReplyLost when the reply was lost meanwhile
 */
export async function streamAnswer(run: Run, call: Call): Promise<Answer | Calls> {
  // The scripted models fail on purpose, each by itself.
  const { provider, id } = call.model;
  const circuit = provider === "scripted" ? id : provider;
  return traced("model call", () => run.worker.breaker.run(circuit, () => readStream(run, call)));
}
