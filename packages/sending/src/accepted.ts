import { renderTokens } from "@parley/contract/render/reply";
import type { ReplyRow } from "@parley/data/replies";
import type { ApiResponse } from "@parley/http/api-types";
import { replayHeader } from "@parley/http/idempotency";

/** 202: what was asked for is stored, the reply to poll is named, and what is left of the tokens is said. */
export function accepted(
  reply: Pick<ReplyRow, "id" | "balanceWhenAsked" | "heldWhenAsked">,
  outcome: string,
  body: object,
): ApiResponse {
  return {
    status: 202,
    headers: { Location: `/v1/replies/${reply.id}`, "Retry-After": "1", ...replayHeader(outcome) },
    body: { ...body, tokens: renderTokens(reply.balanceWhenAsked, reply.heldWhenAsked) },
  };
}

/** Whose job to send after the commit: of a replayed answer only while it still waits for a worker. */
export function waitingReplyId(reply: Pick<ReplyRow, "id" | "status"> | undefined): string | null {
  return reply?.status === "queued" ? reply.id : null;
}
