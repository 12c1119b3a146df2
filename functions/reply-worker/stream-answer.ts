import type { Prompt } from "@parley/llm/build-prompt";
import { LlmError } from "@parley/llm/errors";
import type { Model } from "@parley/llm/models";
import type { TokenUsage } from "@parley/llm/provider";
import { traced } from "@parley/runtime/tracer";
import type { Run } from "./answer-with-retries.ts";
import type { ReplyProgress } from "./reply-progress.ts";

export interface Answer {
  text: string;
  reason: "stop" | "length";
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
  return Math.max(0, Math.min(left, Math.max(shortestCallMillis, whole * shareOfDeadline)));
}

async function readStream(run: Run, { model, prompt, progress }: Call): Promise<Answer> {
  const signal = AbortSignal.any([progress.signal, AbortSignal.timeout(callMillis(run))]);
  const request = {
    model: model.name,
    systemPrompt: run.reply.systemPrompt ?? undefined,
    messages: prompt.messages,
    maxOutputTokens: model.maxOutputTokens,
  };
  let text = "";
  for await (const event of run.worker.providers.get(model.provider).stream(request, { signal })) {
    if (event.type === "delta") {
      text += event.text;
      progress.add(event.text);
    } else if (event.type === "finish") {
      if (text === "") break;
      return { text, reason: event.reason, usage: event.usage };
    }
  }
  throw new LlmError("provider_unavailable", "The model gave an empty answer.", { retryable: true });
}

/**
 * One call of a model.
 * @throws LlmError when it fails, ReplyLost when the reply was lost meanwhile
 */
export async function streamAnswer(run: Run, call: Call): Promise<Answer> {
  // The scripted models fail on purpose, each by itself.
  const { provider, id } = call.model;
  const circuit = provider === "scripted" ? id : provider;
  return traced("model call", () => run.worker.breaker.run(circuit, () => readStream(run, call)));
}
