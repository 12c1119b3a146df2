import type { ReplyContext } from "../schemas/context.ts";
import { type PriceSource, renderPrice } from "./price.ts";
import { renderSettings } from "./settings.ts";

type Copied =
  | "conversationId"
  | "messageId"
  | "status"
  | "model"
  | "contextTokens"
  | "maxOutputTokens"
  | "settings"
  | "systemPrompt"
  | "noteIds"
  | "tokensHeld"
  | "tokensCharged";

/** A stored reply with what its model was given; `context` is null until the model begins to answer. */
export interface ReplyContextSource extends Pick<ReplyContext, Copied>, PriceSource {
  id: string;
  attempt: number;
  /** null: asked before there was one. */
  inputLimit: number | null;
  inputTokens: number | null;
  outputTokens: number | null;
  context:
    | (Pick<ReplyContext, "notes" | "searches"> & {
        sentMessageIds: string[];
        droppedMessageIds: string[];
        inputTokens: number;
      })
    | null;
  createdAt: Date;
  updatedAt: Date;
}

export function renderReplyContext(row: ReplyContextSource): ReplyContext {
  const { context } = row;
  return {
    replyId: row.id,
    conversationId: row.conversationId,
    messageId: row.messageId,
    status: row.status,
    attempts: row.attempt,
    model: row.model,
    contextTokens: row.contextTokens,
    maxOutputTokens: row.maxOutputTokens,
    settings: renderSettings(row.settings),
    inputLimit: row.inputLimit ?? row.contextTokens,
    price: renderPrice(row),
    systemPrompt: row.systemPrompt,
    sentMessageIds: context?.sentMessageIds ?? null,
    droppedMessageIds: context?.droppedMessageIds ?? null,
    noteIds: row.noteIds,
    // Replies from before there were notes have neither.
    notes: context?.notes ?? [],
    searches: context?.searches ?? [],
    tokens: {
      estimatedInput: context?.inputTokens ?? null,
      input: row.inputTokens,
      output: row.outputTokens,
    },
    tokensHeld: row.tokensHeld,
    tokensCharged: row.tokensCharged,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
