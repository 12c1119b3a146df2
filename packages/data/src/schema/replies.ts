import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  doublePrecision,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import { idempotency, instant, timestamps } from "./columns.ts";
import { conversations } from "./conversations.ts";
import { messages } from "./messages.ts";
import type { ReplySettings } from "./reply-settings.ts";

/** The first and the last of neighbouring positions. */
export type PositionRange = [first: number, last: number];

/** What was sent to the model, and what had to be left out. */
export interface ContextManifest {
  sentPositions: PositionRange[];
  droppedPositions: PositionRange[];
  inputTokens: number;
  /** The notes it was given, with the text it saw of them: they may be changed or deleted since. */
  notes: ManifestNote[];
  /** What it asked its tool for, in that order. */
  searches: string[];
}

/** The same as it is read: with the messages that stood at these positions when the reply was started. */
export type GivenContext = Omit<ContextManifest, "sentPositions" | "droppedPositions"> & {
  sentMessageIds: string[];
  droppedMessageIds: string[];
};

export interface ManifestNote {
  id: string;
  title: string | null;
  content: string;
  source: "pinned" | "found";
}

export const replies = pgTable(
  "replies",
  {
    id: text("id").notNull(),
    ownerId: text("owner_id").notNull(),
    conversationId: text("conversation_id").notNull(),
    messageId: text("message_id").notNull(),
    // Order of asking in the conversation, and the position its answer will take.
    ordinal: integer("ordinal").notNull(),
    position: integer("position").notNull(),
    status: text("status", {
      enum: ["queued", "in_progress", "completed", "incomplete", "failed", "cancelled"],
    })
      .notNull()
      .default("queued"),
    model: text("model").notNull(),
    // What it was asked with, the conversation's with the question's own over them.
    settings: jsonb("settings").$type<ReplySettings>().notNull().default({}),
    contextTokens: integer("context_tokens").notNull(),
    maxOutputTokens: integer("max_output_tokens").notNull(),
    // Up to which its prompt is filled; null in rows from before this column.
    inputLimit: integer("input_limit"),
    // What its prompt may take, by our count of octets; 0 without budgets. Until it ends, this counts as used.
    expectedInputTokens: bigint("expected_input_tokens", { mode: "number" }).notNull().default(0),
    // Dollars a million tokens, where the stage has a budget.
    costInput: doublePrecision("cost_input"),
    costOutput: doublePrecision("cost_output"),
    systemPrompt: text("system_prompt"),
    // Its answer is bought once: a provider makes it in the background, and keeps it for another attempt.
    background: boolean("background").notNull().default(false),
    attempt: integer("attempt").notNull().default(0),
    leasedUntil: instant("leased_until"),
    deadlineAt: instant("deadline_at").notNull(),
    partialText: text("partial_text").notNull().default(""),
    // What the model thought, its beginning; no part of the answer.
    reasoning: text("reasoning").notNull().default(""),
    sequence: integer("sequence").notNull().default(0),
    assistantMessageId: text("assistant_message_id"),
    finishReason: text("finish_reason"),
    errorCode: text("error_code"),
    errorMessage: text("error_message"),
    inputTokens: integer("input_tokens"),
    outputTokens: integer("output_tokens"),
    // Sent in calls that broke off, and no part of what the reply costs: the stage's budget and its owner's limits count it.
    failedInputTokens: integer("failed_input_tokens").notNull().default(0),
    // Parts of the two.
    cachedInputTokens: integer("cached_input_tokens").notNull().default(0),
    reasoningTokens: integer("reasoning_tokens").notNull().default(0),
    // Flat: tokens a reply. Metered: tokens per 1 000 of the model's own.
    priceFlat: integer("price_flat"),
    priceInput: doublePrecision("price_input"),
    priceOutput: doublePrecision("price_output"),
    // null: as much as what is not cached.
    priceCachedInput: doublePrecision("price_cached_input"),
    tokensHeld: bigint("tokens_held", { mode: "number" }).notNull(),
    tokensCharged: bigint("tokens_charged", { mode: "number" }).notNull().default(0),
    // Of the owner, after the hold and after its settlement; null in rows from before these columns.
    balanceWhenAsked: bigint("balance_when_asked", { mode: "number" }),
    heldWhenAsked: bigint("held_when_asked", { mode: "number" }),
    balanceWhenEnded: bigint("balance_when_ended", { mode: "number" }),
    heldWhenEnded: bigint("held_when_ended", { mode: "number" }),
    context: jsonb("context").$type<ContextManifest>(),
    // As far as the present attempt has got. No foreign keys: the notes may be deleted.
    noteIds: jsonb("note_ids").$type<string[]>().notNull().default([]),
    // As many of its owner's were running as may when its job came: an ending sends the job again.
    awaitsSlot: boolean("awaits_slot").notNull().default(false),
    enqueuedAt: instant("enqueued_at").notNull().defaultNow(),
    startedAt: instant("started_at"),
    finishedAt: instant("finished_at"),
    ...idempotency(),
    ...timestamps(),
  },
  (table) => [
    primaryKey({ columns: [table.ownerId, table.id] }),
    foreignKey({
      columns: [table.ownerId, table.conversationId],
      foreignColumns: [conversations.ownerId, conversations.id],
    }).onDelete("cascade"),
    foreignKey({
      columns: [table.ownerId, table.messageId],
      foreignColumns: [messages.ownerId, messages.id],
    }).onDelete("cascade"),
    uniqueIndex("replies_ordinal").on(table.ownerId, table.conversationId, table.ordinal),
    index("replies_message").on(table.ownerId, table.messageId),
    // Not `status = 'queued'`: the planner would take that index for a claim by id.
    index("replies_unfinished")
      .on(table.ownerId, table.conversationId, table.ordinal)
      .where(sql`${table.finishedAt} is null`),
    // For lists of those that failed or were cancelled, which no model finished; no column that changes before the end.
    index("replies_cut_short")
      .on(table.ownerId, table.conversationId, table.ordinal)
      .where(sql`${table.finishedAt} is not null and ${table.finishReason} is null`),
    index("replies_awaiting_slot")
      .on(table.ownerId, table.createdAt)
      .where(sql`${table.awaitsSlot} and ${table.finishedAt} is null`),
    uniqueIndex("replies_idempotency")
      .on(table.ownerId, table.idempotencyKey)
      .where(sql`${table.idempotencyKey} is not null`),
    // For admins: what happened lately, and what failed. Not by status, which changes with every claim.
    index("replies_created").on(table.createdAt, table.id),
    index("replies_failed").on(table.createdAt, table.id).where(sql`${table.errorCode} is not null`),
    index("replies_failed_id").on(table.id).where(sql`${table.errorCode} is not null`),
    check(
      "replies_finished",
      sql`(${table.finishedAt} is null) = (${table.status} in ('queued', 'in_progress'))`,
    ),
    check(
      "replies_answered",
      sql`case when ${table.status} in ('completed', 'incomplete') then ${table.assistantMessageId} is not null
        else ${table.assistantMessageId} is null or ${table.status} = 'cancelled' end`,
    ),
  ],
);
