import { findLessons } from "@parley/data/model-lessons";
import { findFallback } from "@parley/data/models";
import type { ClaimedReply } from "@parley/data/reply-jobs";
import { LlmError } from "@parley/llm/errors";
import { type AskedModel, identifyModel, type Model } from "@parley/llm/models";
import type { PromptSettings } from "@parley/llm/provider";
import type { Worker } from "./worker.ts";

/** A model, and how this reply is to be written by it. */
export interface ReplyModel extends AskedModel {
  readonly settings: PromptSettings;
}

/** What a model takes of what the reply was asked with; its limit is among the model's. */
function settingsFor({ settings }: ClaimedReply, parameters: readonly string[]): PromptSettings {
  const { maxOutputTokens: _, ...others } = settings;
  return Object.fromEntries(Object.entries(others).filter(([name]) => parameters.includes(name)));
}

/**
 * The reply's model within the limits that it was asked under: what has been written of the model since is for others.
 * @throws LlmError where its provider is gone
 */
export function askedModel({ models }: Worker, reply: ClaimedReply): ReplyModel {
  const identity = identifyModel(reply.model, models.providers);
  if (identity === undefined) {
    throw new LlmError("provider_rejected", "This model is no longer offered.");
  }
  const { contextTokens, maxOutputTokens, settings } = reply;
  return { ...identity, contextTokens, maxOutputTokens, settings: settingsFor(reply, Object.keys(settings)) };
}

/** The model to ask when the reply's own stays away, within what the reply's hold covers. */
export async function fallbackFor(
  { database, models, fallbackModel, lessons }: Worker,
  reply: ClaimedReply,
): Promise<ReplyModel | undefined> {
  const row = await findFallback(database, fallbackModel?.id);
  if (row?.isEnabled === false) return undefined;
  const identity = row && identifyModel(row.id, models.providers);
  const fallback = row && identity ? { ...identity, ...termsOf(row) } : fallbackModel;
  if (fallback === undefined || fallback.id === reply.model) return undefined;
  lessons.recall(fallback.id, await findLessons(database, fallback.id));
  const { contextTokens, maxOutputTokens, parameters } = fallback;
  return {
    ...fallback,
    contextTokens: Math.min(contextTokens, reply.contextTokens),
    maxOutputTokens: Math.min(maxOutputTokens, reply.maxOutputTokens),
    settings: settingsFor(reply, parameters),
  };
}

function termsOf({
  contextTokens,
  maxOutputTokens,
  parameters,
}: Pick<Model, "contextTokens" | "maxOutputTokens" | "parameters">) {
  return { contextTokens, maxOutputTokens, parameters };
}
