/** Where a reply stands. */
export interface ReplyState {
  id: string;
  conversationId: string;
  messageId: string;
  assistantMessageId: string | null;
  status: "queued" | "in_progress" | "completed" | "incomplete" | "failed" | "cancelled";
  attempt: number;
  sequence: number;
}

/** Whom to tell of what a statement did: the owner's open connections, and no replies where there are none. */
export interface ReplyNews {
  ownerId: string;
  connectionIds: string[];
  /** Those that may hear nothing any more, by the end of their token or key or of their user's rights: to be closed. */
  endedConnectionIds: string[];
  replies: ReplyState[];
}
