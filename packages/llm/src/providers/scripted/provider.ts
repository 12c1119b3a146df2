import { setTimeout as sleepFor } from "node:timers/promises";
import { abortError, contentFilteredError, cutStreamError, LlmError } from "../../errors.ts";
import type { PromptRequest, Provider, ReplyEvent, ToolCall } from "../../provider.ts";
import { contextTooLongError } from "../../provider-failure.ts";
import { createTextCleaner } from "../../text-cleaner.ts";
import { estimateCallTokens, estimatePromptTokens, estimateTokens } from "../../token-count.ts";
import { demoAnswer } from "./demo-answer.ts";
import { demoNotesAnswer, demoSearch } from "./demo-notes.ts";

/** Waits `millis`; rejects as soon as the signal is aborted. */
type Sleep = (millis: number, signal: AbortSignal) => Promise<unknown>;

interface Script {
  readonly text: string;
  /** What it thinks before. */
  readonly reasoning?: string;
  /** Time before each word; 0 gives the whole text as one delta. */
  readonly millisPerWord: number;
  /** How it ends, if not well. */
  readonly failure?: LlmError;
  /** What it calls before it answers. */
  readonly calls?: readonly ToolCall[];
}

const DEMO_MILLIS_PER_WORD = 33;
const SLOW_MILLIS_PER_WORD = 250;
const WORD = /\S+\s*/g;
const FOREVER_MILLIS = 2 ** 31 - 1;

const SLOW_TEXT =
  "This is the slow model. It says one word every quarter of a second, for about ten seconds in all, so that " +
  "you have the time to watch a reply grow, to poll it, or to cancel it.";
const THOUGHT =
  "This is what the model thinks before it answers. It is kept apart from the answer, and no later prompt has it.";
const CUT_TEXT = "This answer will break off before it is complete, because the";

/**
 * The provider `scripted`, which needs no key and no network: `demo`, `echo`, `slow`, `thinks` and the `fail-…` models,
 * which fail as a real provider would. Usage is estimated, so the same prompt always costs the same.
 */
export function createScriptedProvider({ sleep = sleepUntil }: { sleep?: Sleep } = {}): Provider {
  return {
    async *stream(request, { signal }) {
      try {
        if (signal.aborted) throw signal.reason;
        if (request.model === "fail-hang") await sleep(FOREVER_MILLIS, signal);
        yield* play(untilStop(scriptOf(request), request), request, (millis) => sleep(millis, signal));
      } catch (error) {
        throw signal.aborted ? abortError(signal) : error;
      }
    },
  };
}

function sleepUntil(millis: number, signal: AbortSignal): Promise<unknown> {
  return sleepFor(millis, undefined, { signal });
}

function scriptOf(request: PromptRequest): Script {
  const asked = request.messages.at(-1)?.content ?? "";
  switch (request.model) {
    case "demo":
      return demoScript(request, asked);
    case "echo":
      return { text: `Echo: ${asked}`, millisPerWord: 0 };
    case "thinks":
      return {
        text: `I have thought about it: ${asked}`,
        reasoning: THOUGHT,
        millisPerWord: DEMO_MILLIS_PER_WORD,
      };
    case "slow":
      return { text: SLOW_TEXT, millisPerWord: SLOW_MILLIS_PER_WORD };
    case "fail-cut":
      return { text: CUT_TEXT, millisPerWord: DEMO_MILLIS_PER_WORD, failure: cutStreamError() };
    default:
      return { text: "", millisPerWord: 0, failure: failureOf(request.model) };
  }
}

/** It ends before the first of the texts that it is told to stop at. */
function untilStop(script: Script, { settings }: PromptRequest): Script {
  const ends = (settings?.stop ?? []).map((stop) => script.text.indexOf(stop)).filter((at) => at >= 0);
  return ends.length === 0 ? script : { ...script, text: script.text.slice(0, Math.min(...ends)) };
}

function demoScript(request: PromptRequest, asked: string): Script {
  const calls = demoSearch(request);
  const text = calls ? "" : (demoNotesAnswer(request) ?? demoAnswer(asked));
  return { text, millisPerWord: DEMO_MILLIS_PER_WORD, ...(calls && { calls }) };
}

function failureOf(model: string): LlmError {
  switch (model) {
    case "fail-unavailable":
      return new LlmError("provider_unavailable", "The model provider is not available.", {
        retryable: true,
        status: 503,
      });
    case "fail-rejected":
      return new LlmError("provider_rejected", "The model provider refused this deployment's key.", {
        status: 401,
      });
    case "fail-filtered":
      return contentFilteredError();
    case "fail-overflow":
      return contextTooLongError();
    default:
      return new LlmError("provider_rejected", "The model provider does not know this model.", {
        status: 404,
      });
  }
}

async function* play(
  script: Script,
  request: PromptRequest,
  wait: (millis: number) => Promise<unknown>,
): AsyncGenerator<ReplyEvent> {
  const clean = createTextCleaner();
  const inputTokens = estimatePromptTokens(request);
  let outputTokens = 0;
  let reasoningTokens = 0;
  for (const part of script.reasoning?.match(WORD) ?? []) {
    await wait(script.millisPerWord);
    reasoningTokens += estimateTokens(part);
    yield { type: "reasoning", text: part };
  }
  const usageOf = (answerTokens: number) => ({
    inputTokens,
    cachedInputTokens: 0,
    outputTokens: reasoningTokens + answerTokens,
    reasoningTokens,
  });
  for (const part of partsOf(script, request.maxOutputTokens)) {
    if (script.millisPerWord > 0) await wait(script.millisPerWord);
    const partTokens = estimateTokens(part);
    if (outputTokens + partTokens > request.maxOutputTokens) {
      yield { type: "finish", reason: "length", usage: usageOf(outputTokens) };
      return;
    }
    outputTokens += partTokens;
    const text = clean(part);
    if (text !== "") yield { type: "delta", text };
  }
  if (script.failure) throw script.failure;
  if (script.calls) {
    outputTokens += estimateCallTokens(script.calls);
    yield { type: "tool_calls", calls: script.calls, memo: undefined, usage: usageOf(outputTokens) };
    return;
  }
  yield { type: "finish", reason: "stop", usage: usageOf(outputTokens) };
}

/** The deltas of a script: words with the space that follows them, or all at once if it is fast and fits. */
function partsOf({ text, millisPerWord }: Script, maxOutputTokens: number): string[] {
  if (millisPerWord === 0 && estimateTokens(text) <= maxOutputTokens) return [text];
  return text.match(WORD) ?? [];
}
