import type { AdminReply } from "@parley/contract/schemas/admin";
import { replyErrorCode } from "@parley/contract/schemas/reply";
import type { AdminReplyRow } from "@parley/data/admin-replies";
import * as z from "zod/mini";

/** A reply as admins see one: no text, neither asked nor answered. */
export function renderReply(row: AdminReplyRow): AdminReply {
  const code = row.errorCode === null ? null : z.catch(replyErrorCode, "internal").parse(row.errorCode);
  return {
    id: row.id,
    userId: row.ownerId,
    conversationId: row.conversationId,
    messageId: row.messageId,
    status: row.status,
    model: row.model,
    error: code === null ? null : { code, message: row.errorMessage ?? "" },
    attempts: row.attempt,
    tokensCharged: row.tokensCharged,
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
