import { renderConversationState } from "@parley/contract/render/conversation";
import { titleOf } from "@parley/contract/render/title";
import { findLessons } from "@parley/data/model-lessons";
import { firstTitleOf, replaceFirstTitle } from "@parley/data/titles";
import { countTitle } from "@parley/data/usage";
import { LlmError } from "@parley/llm/errors";
import type { Model } from "@parley/llm/models";
import type { PromptRequest } from "@parley/llm/provider";
import { conversationNews } from "@parley/realtime/reply-events";
import { describeError } from "@parley/runtime/describe-error";
import { logger } from "@parley/runtime/logger";
import { traced } from "@parley/runtime/tracer";
import { keepNewLessons } from "./lessons.ts";
import { answerAttributes, chatSpan } from "./reply-spans.ts";
import type { Run } from "./run.ts";
import type { Worker } from "./worker.ts";

const patienceMillis = 20_000;
/** What is left to the function must at least leave a model the time to say a few words. */
const leastMillis = 5_000;
/** Of the question, and of the answer. */
const shownLength = 2_000;
const instruction =
  "Answer with a title of at most six words for the conversation that follows, in its language, and with nothing else.";

function requestFor(model: Model, question: string, answer: string): PromptRequest {
  const shown = [question, answer].map((text) => text.slice(0, shownLength).toWellFormed());
  return {
    model: model.name,
    systemPrompt: instruction,
    messages: [{ role: "user", content: shown.join("\n\n") }],
    // Hidden reasoning is counted as well.
    maxOutputTokens: Math.min(model.maxOutputTokens, 1_024),
  };
}

async function askForTitle(worker: Worker, model: Model, request: PromptRequest, millis: number) {
  const signal = AbortSignal.timeout(millis);
  let text = "";
  for await (const event of worker.providers.get(model.provider).stream(request, { signal })) {
    if (event.type === "delta") text += event.text;
    if (event.type !== "finish") continue;
    const [line = ""] = text.trim().split("\n");
    return { title: titleOf(line.replace(/^["'“”„«»]+|["'“”„«».]+$/gu, "")), usage: event.usage };
  }
  throw new LlmError("provider_unavailable", "The model gave no title.", { retryable: true });
}

/**
 * Has a model name the conversation whose first answer this is. Begins when the reply has ended and been told, never
 * throws, and costs nobody tokens; a title that a person gives meanwhile stays.
 */
export async function writeTitle({ worker, reply, history, endsAt }: Run, answer: string): Promise<void> {
  const { titleModel: model, database, breaker } = worker;
  const millis = Math.floor(Math.min(patienceMillis, endsAt - Date.now()));
  if (model === undefined || millis < leastMillis) return;
  const { ownerId, conversationId } = reply;
  const log = { userId: ownerId, conversationId, replyId: reply.id, model: model.id };
  try {
    const present = await firstTitleOf(database, reply);
    if (present === undefined) return;
    worker.lessons.recall(model.id, await findLessons(database, model.id));
    const request = requestFor(model, history.at(-1)?.content ?? "", answer);
    const { title, usage } = await traced(
      "model call",
      async (span) => {
        // A circuit of its own: titles must not pause a model's replies.
        const asked = await breaker.run(`title ${model.id}`, () =>
          askForTitle(worker, model, request, millis),
        );
        span.set(answerAttributes(asked.usage, "stop"));
        return asked;
      },
      chatSpan(model, reply),
    );
    keepNewLessons(worker, model.id);
    logger.info("title written", { ...log, ...usage });
    await countTitle(database, { ownerId, model: model.id, ...usage });
    if (title === undefined) return;
    const renamed = await replaceFirstTitle(database, reply, { present, title });
    if (renamed === undefined) return;
    const news = conversationNews(ownerId, renamed.connectionIds, renderConversationState(renamed));
    await Promise.all([
      worker.cache.conversationChanged(ownerId, conversationId),
      worker.realtime.announce(news),
    ]);
  } catch (error) {
    logger.warn("title not written", { ...log, error: describeError(error) });
  }
}
