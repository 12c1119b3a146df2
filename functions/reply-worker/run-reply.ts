import { isConnectionFailure } from "@parley/data/database-errors";
import { newId } from "@parley/data/ids";
import type { ReplyRow } from "@parley/data/replies";
import type { Claim, Ending } from "@parley/data/reply-jobs";
import { announceEnding } from "@parley/jobs/announce-ending";
import { embedMessages } from "@parley/jobs/embedding-queue";
import type { ReplyJob } from "@parley/jobs/reply-job";
import { LlmError } from "@parley/llm/errors";
import type { ReplyNews } from "@parley/realtime/reply-events";
import { createReplyFeed } from "@parley/realtime/reply-feed";
import { describeError } from "@parley/runtime/describe-error";
import { describeFault } from "@parley/runtime/describe-fault";
import { logger } from "@parley/runtime/logger";
import { type Answered, answerWithRetries } from "./answer-with-retries.ts";
import { behind } from "./behind.ts";
import { discardResponses } from "./discard-responses.ts";
import { internalFailure, persistEnding } from "./persist-ending.ts";
import { ReplyLost } from "./reply-lost.ts";
import type { Run } from "./run.ts";
import { contextOf, emptyTranscript, noteIdsOf, type Transcript } from "./transcript.ts";
import type { Worker } from "./worker.ts";
import { writeTitle } from "./write-title.ts";

type Claimed = Extract<Claim, { outcome: "claimed" }>;

function endingOf({ answer, prompt }: Answered, transcript: Transcript): Ending {
  const context = contextOf(prompt, transcript);
  return {
    status: answer.reason === "length" ? "incomplete" : "completed",
    messageId: newId(),
    content: answer.text,
    ...(answer.reasoning !== "" && { reasoning: answer.reasoning }),
    finishReason: answer.reason,
    ...answer.usage,
    noteIds: noteIdsOf(context.notes),
    context,
  };
}

/** Each claim, each save and the end add one to a reply's sequence; what was never saved was never cached. */
function wasSaved({ attempt, sequence }: ReplyRow): boolean {
  return sequence > attempt + 1;
}

/** What a reply fails with; anything but a provider's error is our own fault. */
function failureOf(error: unknown, { prompt, transcript, sentTokens, said }: Run): Ending {
  const context = prompt && contextOf(prompt, transcript);
  // It costs its user nothing, and counts among what they have used.
  const { cachedInputTokens, outputTokens, reasoningTokens } = transcript.usage;
  const given = context && {
    noteIds: noteIdsOf(context.notes),
    context,
    inputTokens: sentTokens,
    cachedInputTokens,
    outputTokens,
    reasoningTokens,
    // What was said last may not have been saved yet.
    ...said,
  };
  if (error instanceof LlmError) {
    return { status: "failed", errorCode: error.code, errorMessage: error.message, ...given };
  }
  logger.error("reply failed unexpectedly", { error: describeFault(error) });
  return { ...internalFailure, ...given };
}

/** What its providers keep is of no more use. */
async function forget(
  { worker, reply, responses, response }: Run,
  status: ReplyRow["status"],
): Promise<void> {
  if (responses.size === 0) return;
  const over = status === "failed" ? undefined : response;
  await discardResponses(worker, {
    ownerId: reply.ownerId,
    replyId: reply.id,
    responses: responses.values(),
    over,
  });
}

async function endingFor(run: Run): Promise<Ending | undefined> {
  try {
    return endingOf(await answerWithRetries(run), run.transcript);
  } catch (error) {
    if (error instanceof ReplyLost) return undefined;
    // The lease has run out meanwhile, and nobody may have noticed: the job must come again.
    if (isConnectionFailure(error)) throw error;
    return failureOf(error, run);
  }
}

/**
 * Generates a claimed reply and ends it.
 * @param endsAt epoch milliseconds at which the function's time for replies is over
 * @throws DatabaseUnavailable when the database stayed away for as long as the lease; the job is then to come again
 */
export async function runReply(
  worker: Worker,
  job: ReplyJob,
  { reply, history, notes, news, stored, lessons }: Claimed,
  endsAt: number,
): Promise<void> {
  const run: Run = {
    worker,
    reply,
    history,
    notes,
    feed: createReplyFeed(worker.realtime, reply, news.connectionIds),
    attempt: reply.attempt,
    sequence: reply.sequence,
    endsAt: Math.min(endsAt, reply.deadlineAt.getTime()),
    transcript: emptyTranscript(),
    sentTokens: 0,
    responses: new Map(stored?.map((each) => [each.responseId, each])),
    response: stored?.find(({ model }) => model === reply.model),
    prompt: undefined,
    said: undefined,
  };
  worker.lessons.recall(reply.model, lessons);
  const ending = await endingFor(run);
  const log = {
    requestId: job.requestId,
    userId: reply.ownerId,
    conversationId: reply.conversationId,
    replyId: reply.id,
    attempt: run.attempt,
    model: reply.model,
  };
  const finished =
    ending &&
    (await persistEnding(
      worker,
      { ownerId: reply.ownerId, replyId: reply.id, attempt: run.attempt },
      ending,
    ));
  if (finished?.outcome !== "finished") {
    logger.info("reply lost", log);
    // Who ended it did not know what to forget; who took it over reads it, and the check comes back until it has ended.
    if (run.responses.size > 0) {
      await worker.queue.enqueueCheck(job, 1).catch((error: unknown) => {
        // The sweeper sends it again.
        logger.warn("check of a stored response not sent", { ...log, error: describeError(error) });
      });
    }
    return;
  }
  const { status, errorCode, inputTokens, outputTokens, createdAt } = finished.reply;
  const durationMs = Date.now() - createdAt.getTime();
  logger.info("reply ended", { ...log, status, errorCode, inputTokens, outputTokens, durationMs });
  const realtime = {
    announce: (news: ReplyNews) => run.feed.end(news, finished.message?.content, finished.reply.reasoning),
  };
  await announceEnding({ ...worker, realtime }, job.requestId, {
    ownerId: reply.ownerId,
    replyIds: wasSaved(finished.reply) ? [reply.id] : [],
    nextReplyId: finished.nextReplyId,
    news: finished.news,
  });
  behind(worker, forget(run, finished.reply.status));
  if (finished.message !== undefined) behind(worker, writeTitle(run, finished.message.content));
  // Last of all, so that nobody waits for it.
  const ids = [reply.messageId, ...(finished.message === undefined ? [] : [finished.message.id])];
  await embedMessages(worker.embeddings, reply.ownerId, ids);
}
