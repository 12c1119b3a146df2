import { findFallback } from "@parley/data/models";
import type { ClaimedReply } from "@parley/data/reply-jobs";
import { LlmError } from "@parley/llm/errors";
import { type AskedModel, identifyModel } from "@parley/llm/models";
import type { Worker } from "./worker.ts";

/**
 * The reply's model within the limits that it was asked under: what has been written of the model since is for others.
 * @throws LlmError where its provider is gone
 */
export function askedModel({ models }: Worker, reply: ClaimedReply): AskedModel {
  const identity = identifyModel(reply.model, models.providers);
  if (identity === undefined) {
    throw new LlmError("provider_rejected", "This model is no longer offered.");
  }
  return { ...identity, contextTokens: reply.contextTokens, maxOutputTokens: reply.maxOutputTokens };
}

/** The model to ask when the reply's own stays away, within what the reply's hold covers. */
export async function fallbackFor(
  { database, models, fallbackModel }: Worker,
  reply: ClaimedReply,
): Promise<AskedModel | undefined> {
  const row = await findFallback(database, fallbackModel?.id);
  if (row?.isEnabled === false) return undefined;
  const identity = row && identifyModel(row.id, models.providers);
  const fallback = row && identity ? { ...identity, ...limitsOf(row) } : fallbackModel;
  if (fallback === undefined || fallback.id === reply.model) return undefined;
  const { contextTokens, maxOutputTokens } = fallback;
  return {
    ...fallback,
    contextTokens: Math.min(contextTokens, reply.contextTokens),
    maxOutputTokens: Math.min(maxOutputTokens, reply.maxOutputTokens),
  };
}

function limitsOf({ contextTokens, maxOutputTokens }: Pick<AskedModel, "contextTokens" | "maxOutputTokens">) {
  return { contextTokens, maxOutputTokens };
}
