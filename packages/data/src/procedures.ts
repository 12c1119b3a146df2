import type { Followed, OpenConnectionArguments, Opened } from "./connections.ts";
import type { ForkArguments, ForkedAnswer, ForkRefusal } from "./forks.ts";
import type { JsonRow } from "./json-row.ts";
import type { MessageChange } from "./messages.ts";
import type { ClaimRow, EndedReplies, Failed, FinishArguments, Sweep } from "./reply-jobs.ts";
import type { FoundConversation, FoundMessage, SearchArguments } from "./search.ts";
import type { AskAgain, FirstMessage, NewConversation, Refusal, SendMessage } from "./send-message.ts";
import type { SimilarByWords } from "./similar.ts";
import type { SimilarRow } from "./similar-by-vector.ts";
import type { ResolveUserArguments, UserResolution } from "./users.ts";

/** A function of the database that takes one JSON value, and what it answers. */
interface Procedure<Arguments extends object, Answer> {
  arguments: Arguments;
  answer: Answer;
}

interface OwnReply {
  ownerId: string;
  replyId: string;
}

interface MessageAnswer<Outcome> {
  outcome: Outcome;
  message: JsonRow;
  cancelled: JsonRow[];
  nextReplyId: string | null;
}

/** Of `send_message` and `ask_again`. */
export interface SentAnswer {
  outcome: "sent" | "replayed";
  message: JsonRow;
  reply: JsonRow | null;
  cancelled?: JsonRow[];
  /** The conversation, where this message gave it its title. */
  titled?: JsonRow | null;
}

/** Of `create_conversation`. */
export interface CreatedAnswer {
  outcome: "created" | "replayed";
  conversation: JsonRow;
  message?: JsonRow;
  /** null of an assistant's message, which nobody answers. */
  reply?: JsonRow | null;
}

/** What `create_conversation` takes: the conversation, and side by side with it its first message. */
type CreateConversation = Omit<NewConversation, "first"> & (FirstMessage | { role?: undefined });

/** Every function of `migrations/functions` that is called by name, with what it takes and answers. */
export interface Procedures {
  resolve_user: Procedure<ResolveUserArguments, { outcome: UserResolution["outcome"]; user: JsonRow }>;
  resolve_api_key: Procedure<
    { lookup: string; monthlyTokens: number },
    { outcome: "refused" } | { outcome: "active" | "disabled"; userId: string; apiKey: JsonRow }
  >;

  send_message: Procedure<SendMessage, SentAnswer | Refusal>;
  ask_again: Procedure<AskAgain, SentAnswer | Refusal>;
  /** What an earlier request with the same key was answered; null where there is none. */
  asked_before: Procedure<
    Omit<AskAgain, "conversationId" | "messageId" | "model">,
    SentAnswer | Refusal | null
  >;
  create_conversation: Procedure<CreateConversation, CreatedAnswer | Refusal>;

  fork_conversation: Procedure<ForkArguments, ForkedAnswer | ForkRefusal>;

  time_out_reply: Procedure<
    OwnReply,
    { outcome: "none" } | ({ outcome: "expired" } & Omit<EndedReplies, "news">)
  >;
  finish_reply: Procedure<
    FinishArguments,
    { outcome: "finished" | "lost"; reply: JsonRow; message: JsonRow | null; nextReplyId: string | null }
  >;
  fail_reply: Procedure<
    OwnReply & { errorCode: string; errorMessage: string },
    { outcome: Failed["outcome"]; reply: JsonRow; nextReplyId: string | null }
  >;
  cancel_reply: Procedure<
    OwnReply,
    {
      outcome: "cancelled" | "repeated" | "ended" | "not_found";
      reply: JsonRow;
      message?: JsonRow | null;
      nextReplyId?: string | null;
    }
  >;
  cancel_replies: Procedure<
    { ownerId: string; limit: number },
    { cancelled: { id: string; conversationId: string }[] }
  >;
  repair_reply: Procedure<OwnReply & { patienceSeconds: number }, { replyId: string | null }>;
  sweep_replies_with_news: Procedure<{ limit: number; patienceSeconds: number }, Sweep>;

  edit_message: Procedure<
    MessageChange,
    MessageAnswer<"edited" | "not_found" | "stale" | "deleted"> & {
      reply: JsonRow | null;
      answerCount: number;
    }
  >;
  delete_message: Procedure<
    Pick<MessageChange, "ownerId" | "conversationId" | "messageId" | "expectedVersion">,
    MessageAnswer<"deleted" | "not_found" | "stale">
  >;
  delete_conversation: Procedure<
    { ownerId: string; conversationId: string; expectedVersion: number | undefined },
    {
      outcome: "deleted" | "not_found" | "stale";
      cancelled: JsonRow[];
      conversation: JsonRow;
      nextReplyId: string | null;
    }
  >;

  admit_connection: Procedure<OpenConnectionArguments, Opened>;
  follow_reply: Procedure<
    { connectionId: string; replyId: string; after: number; reasoningAfter?: number },
    Followed
  >;

  ranked_messages: Procedure<SearchArguments & { role?: "user" | "assistant" | undefined }, FoundMessage[]>;
  ranked_conversations: Procedure<
    SearchArguments & { status?: "active" | "archived" | undefined },
    FoundConversation[]
  >;
  remember_words: Procedure<{ limit: number; lagSeconds: number }, { messages: number }>;
  lexically_similar_messages: Procedure<SimilarByWords, SimilarRow[]>;
  lexically_similar_notes: Procedure<SimilarByWords, SimilarRow[]>;
}

export type ProcedureName = keyof Procedures;

/** Functions of `migrations/functions` that answer a row in place of JSON. */
export interface RowProcedures {
  claim_for_prompt: Procedure<OwnReply & { leaseSeconds: number; maxRunning: number }, ClaimRow>;
}
