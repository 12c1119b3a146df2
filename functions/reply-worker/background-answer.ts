import { storeResponse } from "@parley/data/stored-responses";
import type { Prompt } from "@parley/llm/build-prompt";
import type { AskedModel } from "@parley/llm/models";
import type { BackgroundRequest } from "@parley/llm/provider";
import type { ReplyModel } from "./asked-models.ts";
import { ReplyLost } from "./reply-lost.ts";
import type { Run } from "./run.ts";
import { whileLeased } from "./while-leased.ts";

/**
 * Whether this call is made in the background. Not with tools: their rounds are several answers, of which another worker
 * could read no more than the last; and not with texts to stop at, which responses know nothing of.
 */
export function backgroundOf(
  { reply, response, transcript }: Run,
  model: ReplyModel,
  prompt: Prompt,
): BackgroundRequest | undefined {
  const isOne =
    prompt.tools === undefined && transcript.rounds.length === 0 && model.settings.stop === undefined;
  if (!reply.background || !model.runsInBackground || !isOne) return undefined;
  return { responseId: response?.model === model.id ? response.responseId : undefined };
}

/**
 * Writes down what was bought before anybody waits for it; null: it is not to be read again.
 * @throws ReplyLost when the reply is somebody else's by now
 */
export async function keepResponse(run: Run, model: AskedModel, responseId: string | null): Promise<void> {
  if (responseId === null) {
    run.response = undefined;
    return;
  }
  if (run.response?.responseId === responseId) return;
  const { worker, reply, attempt } = run;
  const response = { responseId, model: model.id };
  run.responses.set(responseId, response);
  const fence = { ownerId: reply.ownerId, replyId: reply.id, attempt };
  const isOwn = await whileLeased(worker.leaseSeconds, () => storeResponse(worker.database, fence, response));
  if (!isOwn) throw new ReplyLost();
  run.response = response;
}
