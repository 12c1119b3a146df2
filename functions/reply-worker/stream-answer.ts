import type { Prompt } from "@parley/llm/build-prompt";
import { LlmError, spentLimitError } from "@parley/llm/errors";
import { presentPrompt } from "@parley/llm/prompt-text";
import type {
  PromptRequest,
  ProviderMemo,
  ReplyEvent,
  StreamOptions,
  TokenUsage,
  ToolCall,
} from "@parley/llm/provider";
import { traced } from "@parley/runtime/tracer";
import type { ReplyModel } from "./asked-models.ts";
import { backgroundOf, keepResponse } from "./background-answer.ts";
import { keepNewLessons } from "./lessons.ts";
import type { ReplyProgress } from "./reply-progress.ts";
import { answerAttributes, chatSpan } from "./reply-spans.ts";
import type { Run } from "./run.ts";
import { type Silence, type SilenceLimits, watchSilence } from "./silence.ts";
import { addUsage, roundsToShow, type Transcript } from "./transcript.ts";

/** The text of all calls so far. */
export interface Answer {
  text: string;
  /** What was thought before it. */
  reasoning: string;
  reason: "stop" | "length";
  /** Of all calls so far. */
  usage: TokenUsage;
}

/** The model wants tools to be run before it answers. */
export interface Calls {
  /** Of all calls so far. */
  text: string;
  reasoning: string;
  reason: "tools";
  calls: readonly ToolCall[];
  memo: ProviderMemo | undefined;
  /** Of this call. */
  usage: TokenUsage;
}

interface Call {
  model: ReplyModel;
  prompt: Prompt;
  progress: ReplyProgress;
}

// A call that hangs must leave time for another one, and a model that thinks long must be left to think.
const shareOfDeadline = { first: 0.4, next: 0.1 };
const shortestSilenceMillis = 30_000;

function silenceLimits({ deadlineAt, createdAt }: Run["reply"]): SilenceLimits {
  const whole = deadlineAt.getTime() - createdAt.getTime();
  const limit = (share: number) => Math.max(shortestSilenceMillis, whole * share);
  return { firstMillis: limit(shareOfDeadline.first), nextMillis: limit(shareOfDeadline.next) };
}

function millisLeft({ endsAt }: Run): number {
  // A timer of a fraction of a millisecond is a RangeError.
  return Math.max(0, Math.floor(endsAt - Date.now()));
}

/** Less than this could not even say that there is not enough. */
const minOutputTokens = 256;

function requestFor(run: Run, { model, prompt }: Call): PromptRequest {
  const { reply, transcript } = run;
  const { usage } = transcript;
  // Who asks for less is given it.
  const leastOutputTokens = Math.min(minOutputTokens, model.maxOutputTokens);
  return {
    model: model.name,
    systemPrompt: presentPrompt(reply.systemPrompt),
    messages: prompt.messages,
    // What the hold covers is for all calls together.
    maxOutputTokens: Math.max(leastOutputTokens, model.maxOutputTokens - usage.outputTokens),
    settings: model.settings,
    tools: prompt.tools,
    rounds: roundsToShow(transcript),
    background: backgroundOf(run, model, prompt),
  };
}

/** In characters. What a model thinks beyond it is charged, and kept nowhere. */
const longestReasoning = 100_000;

/** What of a piece is kept; what was thought after a search is a paragraph of its own. */
function keptReasoning(known: string, piece: string, before: Transcript): string {
  const added = known === before.reasoning && known !== "" ? `\n\n${piece}` : piece;
  return added.slice(0, Math.max(0, longestReasoning - known.length)).replace(/[\uD800-\uDBFF]$/, "");
}

/** What was said before a search and what is said after it are paragraphs of one answer. */
function asParagraph(before: string, text: string): string {
  return before === "" ? text : `\n\n${text}`;
}

/** What a model says; with its first word its server has taken what it was asked for. */
async function* eventsOf(run: Run, call: Call, options: StreamOptions): AsyncGenerator<ReplyEvent> {
  const { worker } = run;
  const { id, provider } = call.model;
  let isTaken = false;
  for await (const event of worker.providers.get(provider).stream(requestFor(run, call), options)) {
    if (!isTaken) keepNewLessons(worker, id);
    isTaken = true;
    yield event;
  }
}

async function readStream(run: Run, call: Call, { signal, broken: heard }: Silence): Promise<Answer | Calls> {
  const { model, progress } = call;
  const { transcript } = run;
  const signals = [progress.signal, signal, AbortSignal.timeout(millisLeft(run))];
  const options = { signal: AbortSignal.any(signals), heard };
  let text = transcript.text;
  let { reasoning } = transcript;
  let isEmpty = true;
  for await (const event of eventsOf(run, call, options)) {
    heard();
    if (event.type === "stored") await keepResponse(run, model, event.responseId);
    else if (event.type === "usage") progress.addUsage(event.usage);
    else if (event.type === "reasoning") {
      const piece = keptReasoning(reasoning, event.text, transcript);
      reasoning += piece;
      progress.addReasoning(piece);
    } else if (event.type === "delta") {
      const delta = asParagraph(isEmpty ? text : "", event.text);
      isEmpty = false;
      text += delta;
      progress.add(delta);
    } else if (event.type === "tool_calls") {
      return { text, reasoning, reason: "tools", calls: event.calls, memo: event.memo, usage: event.usage };
    } else if (!isEmpty || (event.reason === "length" && text !== "")) {
      return { text, reasoning, reason: event.reason, usage: addUsage(transcript.usage, event.usage) };
    } else if (event.reason === "length") throw spentLimitError();
  }
  const details = { retryable: true, liesInRequest: true };
  throw new LlmError("provider_unavailable", "The model gave an empty answer.", details);
}

async function listen(run: Run, call: Call): Promise<Answer | Calls> {
  const silence = watchSilence(silenceLimits(run.reply));
  try {
    return await readStream(run, call, silence);
  } finally {
    silence.stop();
  }
}

function usageOfCall({ transcript }: Run, { reason, usage }: Answer | Calls): TokenUsage {
  if (reason === "tools") return usage;
  const before = transcript.usage;
  return {
    inputTokens: usage.inputTokens - before.inputTokens,
    cachedInputTokens: usage.cachedInputTokens - before.cachedInputTokens,
    outputTokens: usage.outputTokens - before.outputTokens,
    reasoningTokens: usage.reasoningTokens - before.reasoningTokens,
  };
}

/**
 * One call of a model.
 * @throws LlmError when it fails, ReplyLost when the reply was lost meanwhile
 */
export async function streamAnswer(run: Run, call: Call): Promise<Answer | Calls> {
  const { model } = call;
  return traced(
    "model call",
    async (span) => {
      const outcome = await run.worker.breaker.run(model.id, () => listen(run, call));
      span.set(answerAttributes(usageOfCall(run, outcome), outcome.reason));
      return outcome;
    },
    chatSpan(model, run.reply),
  );
}
