import { type ConversationRow, conversationFromJson } from "./conversations.ts";
import type { Database } from "./database.ts";
import type { CreatedAnswer } from "./procedures.ts";
import type { ReplyNews } from "./reply-news.ts";
import {
  type FirstMessage,
  type NewMessage,
  type NewReply,
  type Refusal,
  toNewMessage,
  toNewReply,
} from "./send-message.ts";

interface Fork {
  ownerId: string;
  /** What is copied, up to this message, and with `include` the message too. */
  sourceId: string;
  sourceMessageId: string;
  include: boolean;
  /** Of the fork. */
  conversationId: string;
  conversationIdempotencyKey?: string | undefined;
  conversationIdempotencyFingerprint?: string | undefined;
}

type ForkQuestion = Extract<FirstMessage, { role: "user" }>;

export type NewFork = Fork & {
  /** Is asked at once. */
  question?: ForkQuestion | undefined;
};

/** Of `fork_conversation`, side by side with its question. */
export type ForkArguments = Fork & (ForkQuestion | { role?: undefined });

export interface ForkedAnswer extends Omit<CreatedAnswer, "message"> {
  message?: CreatedAnswer["message"] | null;
  copied: number;
}

export type ForkRefusal = Refusal | { outcome: "point_deleted" };

export interface ForkedConversation {
  outcome: "created" | "replayed";
  conversation: ConversationRow;
  /** Messages that were copied. */
  copied: number;
  message: NewMessage | undefined;
  reply: NewReply | undefined;
  news: ReplyNews;
}

function isForked(answer: ForkedAnswer | ForkRefusal): answer is ForkedAnswer {
  return answer.outcome === "created" || answer.outcome === "replayed";
}

/** Copies a conversation up to a message, and asks a question there if it is given one. One round trip. */
export async function forkConversation(
  database: Database,
  { question, ...fork }: NewFork,
): Promise<ForkedConversation | ForkRefusal> {
  const { answer, news } = await database.run((connection) =>
    connection.callWithNews(
      "fork_conversation",
      fork.ownerId,
      question === undefined ? fork : { ...fork, ...question },
    ),
  );
  if (!isForked(answer)) return answer;
  return {
    outcome: answer.outcome,
    conversation: conversationFromJson(answer.conversation),
    copied: answer.copied,
    message: answer.message ? toNewMessage(answer.message) : undefined,
    reply: answer.reply ? toNewReply(answer.reply) : undefined,
    news,
  };
}
