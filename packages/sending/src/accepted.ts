import type { ReplyRow } from "@parley/data/replies";
import type { ApiResponse } from "@parley/http/api-types";
import { replayHeader } from "@parley/http/idempotency";

/** 202: what was asked for is stored, and the reply to poll is named. */
export function accepted(reply: Pick<ReplyRow, "id">, outcome: string, body: object): ApiResponse {
  return {
    status: 202,
    headers: { Location: `/v1/replies/${reply.id}`, "Retry-After": "1", ...replayHeader(outcome) },
    body,
  };
}

/** Whose job to send after the commit: of a replayed answer only while it still waits for a worker. */
export function waitingReplyId(reply: Pick<ReplyRow, "id" | "status"> | undefined): string | null {
  return reply?.status === "queued" ? reply.id : null;
}
