import * as z from "zod/mini";
import { type Reply, type ReplyStatus, replyErrorCode } from "../schemas/reply.ts";
import type { ReplySettings } from "../schemas/reply-settings.ts";
import type { TokensLeft } from "../schemas/tokens.ts";
import { shownText } from "../shown-text.ts";
import { renderSettings } from "./settings.ts";

/** A stored reply; `answer` is the text of its message while it has one that is not deleted. */
export interface ReplySource {
  id: string;
  conversationId: string;
  messageId: string;
  assistantMessageId: string | null;
  status: ReplyStatus;
  model: string;
  settings: ReplySettings;
  partialText: string;
  reasoning: string;
  answer: string | null;
  answerVersion: number | null;
  finishReason: string | null;
  errorCode: string | null;
  errorMessage: string | null;
  inputTokens: number | null;
  cachedInputTokens: number;
  outputTokens: number | null;
  reasoningTokens: number;
  tokensCharged: number;
  balanceWhenEnded: number | null;
  heldWhenEnded: number | null;
  noteIds: string[];
  attempt: number;
  sequence: number;
  createdAt: Date;
  updatedAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
}

/** What was left at one moment; null where nobody has written it down. */
export function renderTokens(balance: number | null, held: number | null): TokensLeft | null {
  return balance === null || held === null ? null : { balance, held };
}

/** What of a stored reply says how it went. */
export type ReplyOutcome = Pick<
  ReplySource,
  | "status"
  | "model"
  | "finishReason"
  | "errorCode"
  | "errorMessage"
  | "inputTokens"
  | "cachedInputTokens"
  | "outputTokens"
  | "reasoningTokens"
  | "tokensCharged"
>;

export function renderOutcome(row: ReplyOutcome) {
  const { inputTokens, cachedInputTokens, outputTokens, reasoningTokens } = row;
  return {
    status: row.status,
    model: row.model,
    finishReason: row.finishReason,
    error:
      row.errorCode === null
        ? null
        : { code: z.catch(replyErrorCode, "internal").parse(row.errorCode), message: row.errorMessage ?? "" },
    usage:
      inputTokens === null || outputTokens === null
        ? null
        : { inputTokens, cachedInputTokens, outputTokens, reasoningTokens },
    tokensCharged: row.tokensCharged,
  };
}

export function renderReply(row: ReplySource): Reply {
  const { text, isCut } = shownText(row.answer ?? row.partialText);
  const { status, model, ...outcome } = renderOutcome(row);
  return {
    id: row.id,
    conversationId: row.conversationId,
    messageId: row.messageId,
    assistantMessageId: row.assistantMessageId,
    status,
    model,
    settings: renderSettings(row.settings),
    partialText: text,
    isCut,
    reasoning: row.reasoning,
    ...outcome,
    tokens: renderTokens(row.balanceWhenEnded, row.heldWhenEnded),
    noteIds: row.noteIds,
    attempts: row.attempt,
    queuedAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

/** Changes with everything `renderReply` shows: attempt, sequence, status and the answer's own edits. */
export function replyEtag(
  row: Pick<ReplySource, "attempt" | "sequence" | "status" | "answerVersion">,
): string {
  return [row.attempt, row.sequence, row.status, row.answerVersion ?? 0].join("-");
}
