import type { StatusEvent } from "./schemas/push.ts";
import type { ReplyStatus } from "./schemas/reply.ts";

export const statusEventTypes: Readonly<Record<ReplyStatus, StatusEvent["type"]>> = {
  queued: "reply.queued",
  in_progress: "reply.started",
  completed: "reply.completed",
  incomplete: "reply.incomplete",
  failed: "reply.failed",
  cancelled: "reply.cancelled",
};

/** A frame of an API Gateway WebSocket connection is at most 32 KB; a piece of text takes at most half of one. */
export const longestDeltaBytes = 16 * 1024;
