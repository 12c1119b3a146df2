import type { ReplyRow } from "@parley/data/replies";
import { type HistoryMessage, retryReply } from "@parley/data/reply-jobs";
import { buildPrompt, type Prompt } from "@parley/llm/build-prompt";
import { LlmError } from "@parley/llm/errors";
import { findModel, type Model } from "@parley/llm/models";
import { retryDelayMillis } from "@parley/llm/retry";
import type { ReplyFeed } from "@parley/realtime/reply-feed";
import { logger } from "@parley/runtime/logger";
import { ReplyLost } from "./reply-lost.ts";
import { createReplyProgress, type ReplyProgress } from "./reply-progress.ts";
import { type Answer, streamAnswer } from "./stream-answer.ts";
import type { Worker } from "./worker.ts";

/** One worker's work at one reply. */
export interface Run {
  readonly worker: Worker;
  readonly reply: ReplyRow;
  readonly history: readonly HistoryMessage[];
  /** Tells whoever listens. */
  readonly feed: ReplyFeed;
  /** The fence of what is written; moves with each call of a model. */
  attempt: number;
  sequence: number;
  /** Epoch milliseconds at which an answer would come too late. */
  readonly endsAt: number;
}

export interface Answered {
  answer: Answer;
  prompt: Prompt;
}

const mostCalls = 4;
const heartbeatsPerLease = 6;

function requireModel(worker: Worker, id: string): Model {
  const model = findModel(id, worker.models);
  if (model === undefined) throw new LlmError("provider_rejected", "This model is no longer offered.");
  return model;
}

function promptFor({ reply, history }: Run, { contextTokens, maxOutputTokens }: Model): Prompt {
  return buildPrompt({
    systemPrompt: reply.systemPrompt ?? undefined,
    history,
    contextTokens,
    maxOutputTokens,
  });
}

/** The model of the call after `calls` failed ones: the same four times, then the fallback once. */
function nextModel({ worker }: Run, model: Model, calls: number): Model | undefined {
  if (calls < mostCalls) return model;
  const { fallbackModel } = worker;
  if (calls > mostCalls || fallbackModel === undefined || fallbackModel === model.id) return undefined;
  return requireModel(worker, fallbackModel);
}

/** Waits before the next call, telling that this worker is alive. */
async function pause({ worker }: Run, progress: ReplyProgress, millis: number): Promise<void> {
  const heartbeatMillis = (worker.leaseSeconds * 1000) / heartbeatsPerLease;
  const until = Date.now() + millis;
  for (let left = millis; left > 0; left = until - Date.now()) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(left, heartbeatMillis)));
    await progress.flush();
    if (progress.isLost()) throw new ReplyLost();
  }
}

async function startNextAttempt(run: Run, model: Model): Promise<void> {
  const { worker, reply, attempt } = run;
  const fence = { ownerId: reply.ownerId, replyId: reply.id, attempt };
  const next = await retryReply(worker.database, fence, model.id, worker.leaseSeconds);
  if (next === undefined) throw new ReplyLost();
  run.attempt = next.attempt;
  run.sequence = next.sequence;
}

/**
 * Asks the model until it answers. Each call is an attempt of its own in the database, so that calls never
 * outnumber attempts.
 * @throws LlmError when it will not answer, ReplyLost when there is nobody to answer any more
 */
export async function answerWithRetries(run: Run): Promise<Answered> {
  const { worker, reply } = run;
  let model = requireModel(worker, reply.model);
  for (let calls = 1; ; calls++) {
    const prompt = promptFor(run, model);
    const progress = createReplyProgress(run, model.id, prompt.manifest.inputTokens);
    try {
      return { answer: await streamAnswer(run, { model, prompt, progress }), prompt };
    } catch (error) {
      if (!(error instanceof LlmError) || !error.retryable) throw error;
      const following = nextModel(run, model, calls);
      const { code, status, retryAfterMillis } = error;
      const delay =
        following === model
          ? retryDelayMillis({ attempt: calls, retryAfterMillis, random: Math.random() })
          : 0;
      const log = {
        replyId: reply.id,
        userId: reply.ownerId,
        attempt: run.attempt,
        model: model.id,
        code,
        status,
      };
      logger.warn("model call failed", { ...log, nextModel: following?.id, delayMillis: delay });
      if (following === undefined || Date.now() + delay >= run.endsAt) throw error;
      await pause(run, progress, delay);
      await startNextAttempt(run, following);
      model = following;
    } finally {
      await progress.stop();
    }
  }
}
