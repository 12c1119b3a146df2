import { type ConversationRow, conversationFromJson } from "./conversations.ts";
import type { Database } from "./database.ts";
import { type JsonRow, rowFromJson } from "./json-row.ts";
import type { MessageRow } from "./messages.ts";
import type { CreatedAnswer, SentAnswer } from "./procedures.ts";
import type { ReplyRow } from "./replies.ts";
import type { ReplyNews } from "./reply-news.ts";
import { conversations, type Metadata } from "./schema/conversations.ts";
import { messages } from "./schema/messages.ts";
import type { ModelCost, ModelParameter } from "./schema/models.ts";
import type { ReplySettings, SettingsChange } from "./schema/reply-settings.ts";

/** Limits, prices and parameters of a model. */
export interface ModelTerms {
  contextTokens: number;
  maxOutputTokens: number;
  /** Tokens a reply, or absent when metered. */
  priceFlat?: number | undefined;
  /** Tokens per 1 000 of the model's own. */
  priceInput?: number | undefined;
  priceOutput?: number | undefined;
  priceCachedInput?: number | undefined;
  /** Those it takes; absent in requests of an earlier release. */
  parameters?: readonly ModelParameter[] | undefined;
  costPerMillion?: ModelCost | undefined;
  /** Whether its answers are bought in the background. */
  background?: boolean | undefined;
}

/** What may be asked. The conversation's own model is known to the database alone, so that it makes the choice. */
export interface OfferedModels {
  /** As the settings have them, by id; `provider/*` stands for every other model of that provider. Admins' rows win. */
  models: Readonly<Record<string, ModelTerms>>;
  /** Names of the providers whose models may be asked: a row of another offers nothing. Absent: all. */
  providers?: readonly string[] | undefined;
  /** The id for conversations that name none. */
  defaultModel: string;
}

export interface SendLimits {
  /** Sends; 0 is no limit. */
  ratePerSecond: number;
  rateBurst: number;
  ratePerMinute: number;
  deadlineSeconds: number;
  /** Unfinished replies of a user that may run, absent or 0 is no limit; and so many that may wait besides. */
  maxRunning?: number | undefined;
  maxWaiting?: number | undefined;
  /** Tokens of models that a user may use in a day and in a calendar month (UTC); absent or 0 is no limit. */
  tokensPerDay?: number | undefined;
  tokensPerMonth?: number | undefined;
  /** What the replies of all users together may cost in a day (UTC); absent or 0 is no limit. */
  dollarsPerDay?: number | undefined;
  /** Tokens that a prompt is filled up to; absent or 0 is a share of the model's context. */
  replyInputTokens?: number | undefined;
  /** What the balance is topped up to by the first send of a calendar month (UTC); absent or 0 = never. */
  monthlyTokens?: number | undefined;
}

export type OnBusy = "enqueue" | "reject" | "interrupt" | "rollback";

export interface Question extends OfferedModels, SendLimits {
  ownerId: string;
  replyId: string;
  /** Absent: the conversation's, else the default. */
  model?: string | undefined;
  /** Over the conversation's. */
  settings?: SettingsChange | undefined;
  onBusy: OnBusy;
}

interface Key {
  idempotencyKey?: string | undefined;
  idempotencyFingerprint?: string | undefined;
}

/** What a conversation is called that has no title, when its first message is sent. */
interface FirstTitle {
  firstTitle?: string | undefined;
}

interface MessageId {
  messageId: string;
  /** The client has made it: the same id again is the same request, or refused. */
  isOwnMessageId?: boolean | undefined;
}

export type SendMessage = Key &
  FirstTitle &
  MessageId & { conversationId: string; content: string } & (
    | ({ role: "user"; replyTo?: string | undefined; metadata?: Metadata | undefined } & Question)
    | { role: "assistant"; ownerId: string; replyTo?: string | undefined; metadata?: Metadata | undefined }
  );

/** A setting is a parameter that the model does not take. */
export interface UntakenParameter {
  outcome: "untaken_parameter";
  parameter: ModelParameter;
  model: string;
  /** Those that take it. */
  models: string[];
}

/** Why nothing was sent; nothing is stored either. */
export type Refusal =
  | {
      outcome:
        | "not_found"
        | "reply_to_not_found"
        | "not_askable"
        | "prompt_not_found"
        | "mismatch"
        | "id_taken"
        | "disabled";
    }
  | { outcome: "unknown_model"; model: string }
  | UntakenParameter
  | { outcome: "busy"; replyId: string }
  | { outcome: "insufficient_tokens"; balance: number; held: number; price: number }
  | { outcome: "rate_limited"; policy: "second" | "minute"; retryAfterSeconds: number }
  | { outcome: "limited"; policy: LimitPolicy; limit: number; isSpent?: boolean; retryAfterSeconds: number };

/** What a user, or all of them together, have too much of. */
export type LimitPolicy = "replies" | "tokens-per-day" | "tokens-per-month" | "budget-per-day";

/** Of a message what the request that makes it is answered; the rest it has sent. */
export type NewMessage = Pick<
  MessageRow,
  "id" | "conversationId" | "position" | "role" | "replyTo" | "createdAt"
>;

/** Of a reply what the request that asks for it is answered, and its place. */
export type NewReply = Pick<
  ReplyRow,
  | "id"
  | "conversationId"
  | "messageId"
  | "position"
  | "ordinal"
  | "status"
  | "model"
  | "settings"
  | "createdAt"
  | "balanceWhenAsked"
  | "heldWhenAsked"
>;

export interface Sent<Message = NewMessage> {
  /** `replayed`: made by an earlier request with the same key. */
  outcome: "sent" | "replayed";
  message: Message;
  reply: NewReply | undefined;
  cancelledReplyIds: string[];
  /** Of cancelled replies whose text became an answer, question and answer. */
  stoppedMessageIds: string[];
  /** The conversation, where this message gave it its title. */
  titled: typeof conversations.$inferSelect | undefined;
  news: ReplyNews;
}

function isAnswer(answer: SentAnswer | Refusal): answer is SentAnswer {
  return answer.outcome === "sent" || answer.outcome === "replayed";
}

/** By hand: a send takes twice as long to read all columns of both rows. */
export function toNewMessage(json: JsonRow): NewMessage {
  return {
    id: json.id as string,
    conversationId: json.conversation_id as string,
    position: json.position as number,
    role: json.role as NewMessage["role"],
    replyTo: json.reply_to as string | null,
    createdAt: new Date(json.created_at as string),
  };
}

export function toNewReply(json: JsonRow): NewReply {
  return {
    id: json.id as string,
    conversationId: json.conversation_id as string,
    messageId: json.message_id as string,
    position: json.position as number,
    ordinal: json.ordinal as number,
    status: json.status as NewReply["status"],
    model: json.model as string,
    settings: json.settings as ReplySettings,
    createdAt: new Date(json.created_at as string),
    balanceWhenAsked: json.balance_when_asked as number | null,
    heldWhenAsked: json.held_when_asked as number | null,
  };
}

function toSent<Message>(answer: SentAnswer, message: Message, news: ReplyNews): Sent<Message> {
  const cancelled = answer.cancelled ?? [];
  return {
    outcome: answer.outcome,
    message,
    reply: answer.reply === null ? undefined : toNewReply(answer.reply),
    cancelledReplyIds: cancelled.map((reply) => String(reply.id)),
    stoppedMessageIds: cancelled.flatMap(({ message_id: question, assistant_message_id: stopped }) =>
      stopped === null ? [] : [String(question), String(stopped)],
    ),
    titled: answer.titled ? rowFromJson(conversations, answer.titled) : undefined,
    news,
  };
}

/** Stores a message and, for a user's, its queued reply with the tokens held. One round trip, one transaction. */
export async function sendMessage(database: Database, args: SendMessage): Promise<Sent | Refusal> {
  const { answer, news } = await database.run((connection) =>
    connection.callWithNews("send_message", args.ownerId, args),
  );
  return isAnswer(answer) ? toSent(answer, toNewMessage(answer.message), news) : answer;
}

export interface AskAgain extends Question {
  conversationId: string;
  messageId: string;
  replyIdempotencyKey?: string | undefined;
  replyIdempotencyFingerprint?: string | undefined;
}

/** Queues another reply to a user message. */
export async function askAgain(database: Database, args: AskAgain): Promise<Sent<MessageRow> | Refusal> {
  const { answer, news } = await database.run((connection) =>
    connection.callWithNews("ask_again", args.ownerId, args),
  );
  return isAnswer(answer) ? toSent(answer, rowFromJson(messages, answer.message), news) : answer;
}

export type FirstMessage = FirstTitle &
  MessageId & { content: string; messageMetadata?: Metadata | undefined } & (
    | ({ role: "user" } & Question)
    | { role: "assistant" }
  );

/** What is offered a message of a user says as well. */
export interface NewConversation extends Partial<OfferedModels> {
  ownerId: string;
  conversationId: string;
  /** As that of a message. */
  isOwnConversationId?: boolean | undefined;
  title?: string | null | undefined;
  description?: string | null | undefined;
  /** Absent, with no `systemPromptId`: the owner's default prompt. */
  systemPrompt?: string | null | undefined;
  systemPromptId?: string | null | undefined;
  /** Absent: the owner's default, where it is offered. */
  conversationModel?: string | null | undefined;
  conversationSettings?: SettingsChange | undefined;
  metadata?: Metadata | undefined;
  tags?: readonly string[] | undefined;
  expiresInDays?: number | null | undefined;
  conversationIdempotencyKey?: string | undefined;
  conversationIdempotencyFingerprint?: string | undefined;
  /** The first message: a user's is asked at once. */
  first?: FirstMessage | undefined;
}

export interface CreatedConversation {
  outcome: "created" | "replayed";
  conversation: ConversationRow;
  message: NewMessage | undefined;
  reply: NewReply | undefined;
  news: ReplyNews;
}

function isCreated(answer: CreatedAnswer | Refusal): answer is CreatedAnswer {
  return answer.outcome === "created" || answer.outcome === "replayed";
}

/** Creates a conversation, with its first message and reply when there is one. One round trip, one transaction. */
export async function createConversation(
  database: Database,
  args: NewConversation,
): Promise<CreatedConversation | Refusal> {
  const { first, ...conversation } = args;
  const { answer, news } = await database.run((connection) =>
    connection.callWithNews("create_conversation", args.ownerId, { ...conversation, ...first }),
  );
  if (!isCreated(answer)) return answer;
  return {
    outcome: answer.outcome,
    conversation: conversationFromJson(answer.conversation),
    message: answer.message && toNewMessage(answer.message),
    reply: answer.reply ? toNewReply(answer.reply) : undefined,
    news,
  };
}
