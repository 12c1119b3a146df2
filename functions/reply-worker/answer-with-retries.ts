import { startNextAttempt } from "@parley/data/reply-attempts";
import type { Prompt } from "@parley/llm/build-prompt";
import { countAhead } from "@parley/llm/count-ahead";
import { LlmError, longWaitError } from "@parley/llm/errors";
import { takesGreeting } from "@parley/llm/models";
import { presentPrompt } from "@parley/llm/prompt-text";
import { buildPromptWithNotes } from "@parley/llm/prompt-with-notes";
import { isWorthWaiting, retryDelayMillis } from "@parley/llm/retry";
import { tokenCounterFor } from "@parley/llm/token-counter";
import { logger } from "@parley/runtime/logger";
import { answerCalls } from "./answer-calls.ts";
import { askedModel, fallbackFor, type ReplyModel } from "./asked-models.ts";
import { keepNewLessons } from "./lessons.ts";
import { ReplyLost } from "./reply-lost.ts";
import { createReplyProgress, type ReplyProgress } from "./reply-progress.ts";
import type { Run } from "./run.ts";
import { type Answer, type Calls, streamAnswer } from "./stream-answer.ts";
import { addUsage, noteIdsOf, roundsToShow, shownNotes, type Transcript } from "./transcript.ts";
import { whileLeased } from "./while-leased.ts";

export interface Answered {
  answer: Answer;
  prompt: Prompt;
}

/** Failed calls of one model before the fallback is asked. */
const maxFailures = 4;
/** What lies in the request fails again as a rule, and each call is paid for: two are enough. */
const weightOfRefused = 2;
const heartbeatsPerLease = 6;

/** Whether to ask without tools at once: a search must not cost the answer. */
function shouldDropTools({ transcript, prompt }: Run, error: unknown): boolean {
  if (!(error instanceof LlmError) || !transcript.offersTools || !prompt?.tools) return false;
  if (transcript.rounds.length === 0) return error.refusesTools || error.wroteBadCall;
  // Servers fail in many ways over calls that a model wrote badly, and over turns that hold any.
  if (error.isAdjusted) return false;
  return error.liesInRequest || error.code === "context_too_long" || error.status === 500;
}

/** Whether the same model is to be asked at once, in another way. */
function isAskedOtherwise(run: Run, error: unknown): boolean {
  return shouldDropTools(run, error) || (error instanceof LlmError && error.isAdjusted);
}

/** Whether a failed call may be on the provider's bill for nothing: not one that it refused or never got, or that is read again. */
function isWasted({ response }: Run, model: ReplyModel, error: unknown): boolean {
  if (response?.model === model.id) return false;
  return !(error instanceof LlmError) || (error.status === undefined && error.address === undefined);
}

/** As they are chosen for a prompt: what must be sent, then the newest first. */
function* textsOf({ reply, history }: Run): Generator<string> {
  yield reply.systemPrompt ?? "";
  for (const { content } of history.toReversed()) yield content;
}

function weightOf(error: unknown): number {
  return error instanceof LlmError && error.liesInRequest ? weightOfRefused : 1;
}

/** Calls with tools together may send twice the limit; beyond it they send the question and what the tools gave. */
function inputLimitOf(inputLimit: number, { usage }: Transcript): number {
  return Math.max(0, Math.min(inputLimit, 2 * inputLimit - usage.inputTokens));
}

async function writePrompt(run: Run, model: ReplyModel): Promise<Prompt> {
  const { reply, history, notes, transcript } = run;
  const { contextTokens, maxOutputTokens } = model;
  const { found, offersTools } = transcript;
  const input = {
    systemPrompt: presentPrompt(reply.systemPrompt),
    history,
    takesGreeting: takesGreeting(model),
    pinnedNotes: notes.pinned,
    rounds: roundsToShow(transcript),
    ...(!offersTools && { foundNotes: found }),
    contextTokens,
    maxOutputTokens,
    inputLimit: inputLimitOf(reply.inputLimit ?? contextTokens, transcript),
    counter: await countAhead(await tokenCounterFor(model), textsOf(run), contextTokens),
  };
  return buildPromptWithNotes(input, { hasOthers: notes.hasNotes, takesTools: offersTools });
}

async function promptFor(run: Run, model: ReplyModel): Promise<Prompt> {
  // With tools it would be another answer than the one that was bought.
  const isBought = run.response?.model === model.id;
  if (isBought || model.takesTools === false || run.worker.lessons.of(model.id).withoutTools) {
    run.transcript.offersTools = false;
  }
  try {
    return await writePrompt(run, model);
  } catch (error) {
    if (!shouldDropTools(run, error)) throw error;
    run.transcript.offersTools = false;
    return writePrompt(run, model);
  }
}

/** The model to ask after a failed call: the same four times, or until it asks for too long a wait; the fallback once. */
async function nextModel(
  { worker, reply }: Run,
  model: ReplyModel,
  isLast: boolean,
): Promise<ReplyModel | undefined> {
  const isFallback = model.id !== reply.model;
  if (isFallback) return undefined;
  if (!isLast) return model;
  return whileLeased(worker.leaseSeconds, () => fallbackFor(worker, reply));
}

/** Waits before the next call, telling that this worker is alive. */
async function pause({ worker }: Run, progress: ReplyProgress, millis: number): Promise<void> {
  const heartbeatMillis = (worker.leaseSeconds * 1000) / heartbeatsPerLease;
  const until = Date.now() + millis;
  for (let left = millis; left > 0; left = until - Date.now()) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(left, heartbeatMillis)));
    await progress.flush();
    progress.signal.throwIfAborted();
  }
}

/** Moves the fence: each call of a model is an attempt of its own, whether one failed before it or tools were run. */
async function moveToNextAttempt(
  run: Run,
  model: ReplyModel,
  prompt: Prompt,
  lostTokens: number,
): Promise<void> {
  const { worker, reply, attempt, transcript } = run;
  const { text, reasoning, rounds, usage } = transcript;
  const fence = { ownerId: reply.ownerId, replyId: reply.id, attempt };
  const kept = {
    model: model.id,
    partialText: text,
    reasoning,
    noteIds: noteIdsOf(shownNotes(prompt, transcript)),
    inputTokens: rounds.length > 0 ? usage.inputTokens : null,
    outputTokens: rounds.length > 0 ? usage.outputTokens : null,
    cachedInputTokens: usage.cachedInputTokens,
    reasoningTokens: usage.reasoningTokens,
    lostTokens,
  };
  const next = await whileLeased(worker.leaseSeconds, () =>
    startNextAttempt(worker.database, fence, kept, worker.leaseSeconds),
  );
  if (next === undefined) throw new ReplyLost();
  run.attempt = next.attempt;
  run.sentTokens -= lostTokens;
  run.sequence = next.sequence;
}

/** Runs the tools that a model called; the next call goes on from there. */
async function completeRound(
  run: Run,
  { text, reasoning, calls, memo, usage }: Calls,
  prompt: Prompt,
): Promise<void> {
  const { transcript } = run;
  const results = await answerCalls(run, calls, prompt);
  transcript.rounds.push({ text: text.slice(transcript.text.length).trim(), calls, results, memo });
  transcript.text = text;
  transcript.reasoning = reasoning;
  transcript.usage = addUsage(transcript.usage, usage);
  if (Date.now() >= run.endsAt) throw new LlmError("timed_out", "The model took too long to answer.");
}

interface Failure {
  error: unknown;
  model: ReplyModel;
  failures: number;
}

/** Waits as long as a failed call asks for; answers which model to ask next. @throws the error when none */
async function afterFailure(
  run: Run,
  { error, model, failures }: Failure,
  progress: ReplyProgress,
): Promise<ReplyModel> {
  if (!(error instanceof LlmError)) throw error;
  const { transcript, reply, attempt } = run;
  const { code, status, reason, address, requestId: providerRequestId, retryAfterMillis } = error;
  const said = { code, status, reason, address, providerRequestId };
  const log = { replyId: reply.id, userId: reply.ownerId, attempt, model: model.id, ...said };
  if (shouldDropTools(run, error)) {
    logger.warn("model refused tools", log);
    transcript.offersTools = false;
    if (transcript.rounds.length === 0 && !error.wroteBadCall) transcript.toolsRefusedBy = model.id;
    return model;
  }
  if (error.isAdjusted) {
    logger.warn("model refused a parameter", log);
    return model;
  }
  if (!error.retryable) {
    logger.warn("model refused", log);
    throw error;
  }
  const isPatient = isWorthWaiting(retryAfterMillis, run.endsAt - Date.now());
  const following = await nextModel(run, model, failures >= maxFailures || !isPatient);
  const delay =
    following === model
      ? retryDelayMillis({ attempt: failures, retryAfterMillis, random: Math.random() })
      : 0;
  logger.warn("model call failed", { ...log, nextModel: following?.id, delayMillis: delay });
  if (following === undefined && !isPatient) throw longWaitError(error);
  if (following === undefined || Date.now() + delay >= run.endsAt) throw error;
  await pause(run, progress, delay);
  return following;
}

/**
 * Asks the model until it answers, running the tools it calls. Each call is an attempt of its own in the database,
 * so that calls never outnumber attempts.
 * @throws LlmError when it will not answer, ReplyLost when there is nobody to answer any more
 */
export async function answerWithRetries(run: Run): Promise<Answered> {
  let model = askedModel(run.worker, run.reply);
  for (let failures = 0; ; ) {
    run.said = undefined;
    const prompt = await promptFor(run, model);
    run.prompt = prompt;
    const { inputTokens } = prompt.manifest;
    run.sentTokens += inputTokens;
    const progress = createReplyProgress(run, model.id, prompt);
    let lostTokens = 0;
    try {
      const answer = await streamAnswer(run, { model, prompt, progress });
      // Without tools it answers, so that it was the tools that it had refused.
      if (run.transcript.toolsRefusedBy === model.id)
        run.worker.lessons.add(model.id, { withoutTools: true });
      keepNewLessons(run.worker, model.id);
      if (answer.reason !== "tools") return { answer, prompt };
      await completeRound(run, answer, prompt);
    } catch (error) {
      run.said = progress.said;
      if (!isAskedOtherwise(run, error)) failures += weightOf(error);
      lostTokens = isWasted(run, model, error) ? inputTokens : 0;
      run.sentTokens -= inputTokens - lostTokens;
      model = await afterFailure(run, { error, model, failures }, progress);
    } finally {
      await progress.stop();
    }
    await moveToNextAttempt(run, model, prompt, lostTokens);
  }
}
