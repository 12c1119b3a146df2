import { REPLY_LEASE_SECONDS, REPLY_PATIENCE_SECONDS } from "@parley/settings/definitions";
import type { Database, WithNews } from "./database.ts";
import { type JsonRow, rowFromJson } from "./json-row.ts";
import type { MessageRow } from "./messages.ts";
import type { LessonsRow } from "./model-lessons.ts";
import { type ReplyRow, replyFromJson } from "./replies.ts";
import type { Attempt, TokenUsage } from "./reply-attempts.ts";
import type { ReplyNews } from "./reply-news.ts";
import { messages } from "./schema/messages.ts";
import type { ContextManifest } from "./schema/replies.ts";
import type { StoredResponse } from "./stored-responses.ts";

export interface HistoryMessage {
  role: "user" | "assistant";
  content: string;
  position: number;
  /** A question that a model refused for its content or length. */
  isRefused: boolean;
}

/** A note as the prompt of a reply may hold it; `isCut`: there is more of it than could ever fit. */
export interface PinnedNote {
  id: string;
  title: string | null;
  tags: string[];
  content: string;
  isCut: boolean;
}

export interface ReplyNotes {
  /** Whether the owner has notes besides the pinned ones, to search. */
  hasNotes: boolean;
  /** Those pinned to the conversation, oldest pin first. */
  pinned: PinnedNote[];
}

/** Replies of one conversation that were past their deadline, and the one that may run now. */
export interface EndedReplies {
  ownerId: string;
  conversationId: string;
  replyIds: string[];
  nextReplyId: string | null;
  news: ReplyNews;
}

/** What the server of a reply's model has taught so far. */
type ClaimedLessons = Pick<LessonsRow, "version" | "server" | "learnt">;

/** A reply and the prompt to answer it with. */
export type ClaimedReply = ReplyRow & { systemPrompt: string | null };

export type Claim =
  | {
      outcome: "claimed";
      reply: ClaimedReply;
      history: HistoryMessage[];
      notes: ReplyNotes;
      news: ReplyNews;
      /** What an earlier attempt has bought in the background, the newest first. */
      stored: StoredResponse[] | null;
      lessons: ClaimedLessons | null;
    }
  | ({ outcome: "expired" } & EndedReplies)
  | { outcome: "leased"; leaseSecondsLeft: number }
  /** What providers have stored for it, and are to forget. */
  | { outcome: "missing" | "finished"; stored?: StoredResponse[] }
  | { outcome: "blocked" | "no_slot" };

/** Takes a reply for this worker, with the messages before it and its notes. One round trip. 0 running: no limit. */
export async function claimReply(
  database: Database,
  ownerId: string,
  replyId: string,
  leaseSeconds: number = REPLY_LEASE_SECONDS.default,
  maxRunning = 0,
): Promise<Claim> {
  const { answer, news, history } = await database.run((connection) =>
    connection.callForRow("claim_for_prompt", { ownerId, replyId, leaseSeconds, maxRunning }),
  );
  if (answer.outcome === "claimed") {
    const reply = { ...replyFromJson(answer.reply), systemPrompt: answer.reply.system_prompt };
    return { ...answer, reply, history: inOrder(history as PromptHistory), news };
  }
  return answer.outcome === "expired" ? { ...answer, news } : answer;
}

/** Ends what is past its deadline in this reply's conversation, for a reply that nobody else ended; or undefined. */
export async function timeOutReply(
  database: Database,
  ownerId: string,
  replyId: string,
): Promise<EndedReplies | undefined> {
  const { answer, news } = await database.run((connection) =>
    connection.callWithNews("time_out_reply", ownerId, { ownerId, replyId }),
  );
  return answer.outcome === "expired" ? { ...answer, news } : undefined;
}

/** Messages before a reply, newest first. */
export interface PromptHistory {
  roles: HistoryMessage["role"][];
  contents: string[];
  positions: number[];
  /** Positions of refused questions. */
  refused: number[];
}

export interface ClaimRow extends WithNews<Exclude<Claim, { outcome: "claimed" }> | ClaimedJson> {
  /** Null where nothing was claimed. */
  history: PromptHistory | null;
}

interface ClaimedJson {
  outcome: "claimed";
  stored: StoredResponse[] | null;
  lessons: ClaimedLessons | null;
  reply: JsonRow & { system_prompt: string | null };
  notes: ReplyNotes;
}

/** The messages, oldest first. */
export function inOrder({ roles, contents, positions, refused }: PromptHistory): HistoryMessage[] {
  const rows = roles.map((role, index) => ({
    role,
    content: contents[index],
    position: positions[index],
    isRefused: refused.includes(positions[index] ?? 0),
  }));
  return (rows as HistoryMessage[]).reverse();
}

export type Ending = (
  | { status: "completed" | "incomplete"; messageId: string; content: string; finishReason: string }
  | { status: "failed"; errorCode: string; errorMessage: string; partialText?: string }
) &
  Partial<TokenUsage> & { reasoning?: string; noteIds?: string[]; context?: ContextManifest };

/** Of `finish_reply`. */
export type FinishArguments = Attempt & Ending;

export type Finished =
  | {
      outcome: "finished";
      reply: ReplyRow;
      message: MessageRow | undefined;
      nextReplyId: string | null;
      news: ReplyNews;
    }
  | { outcome: "lost" };

/** Ends this attempt: assistant message, status, settlement. One round trip, one transaction. */
export async function finishReply(database: Database, attempt: Attempt, ending: Ending): Promise<Finished> {
  const { answer, news } = await database.run((connection) =>
    connection.callWithNews("finish_reply", attempt.ownerId, { ...attempt, ...ending }),
  );
  if (answer.outcome === "lost") return { outcome: "lost" };
  const message = answer.message === null ? undefined : rowFromJson(messages, answer.message);
  return {
    outcome: "finished",
    reply: replyFromJson(answer.reply, message),
    message,
    nextReplyId: answer.nextReplyId,
    news,
  };
}

export type Failed =
  | { outcome: "failed"; reply: ReplyRow; nextReplyId: string | null; news: ReplyNews }
  | { outcome: "ended" | "not_found" };

/** Fails a reply whoever holds it: for jobs that could not be processed. */
export async function failReply(
  database: Database,
  args: { ownerId: string; replyId: string; errorCode: string; errorMessage: string },
): Promise<Failed> {
  const { answer, news } = await database.run((connection) =>
    connection.callWithNews("fail_reply", args.ownerId, args),
  );
  if (answer.outcome !== "failed") return { outcome: answer.outcome };
  return { outcome: "failed", reply: replyFromJson(answer.reply), nextReplyId: answer.nextReplyId, news };
}

export interface Sweep {
  /** Past their deadline; failed by the sweep. */
  ended: EndedReplies[];
  /** Whose jobs to send again. */
  stale: { ownerId: string; replyId: string }[];
}

/**
 * Finds what jobs and polls have missed; at most `limit` conversations and replies at a time.
 * @param patience seconds that a queued reply may wait for its job
 */
export async function sweepReplies(
  database: Database,
  limit: number,
  patience: number = REPLY_PATIENCE_SECONDS.default,
): Promise<Sweep> {
  return database.run((connection) =>
    connection.call("sweep_replies_with_news", { limit, patienceSeconds: patience }),
  );
}
