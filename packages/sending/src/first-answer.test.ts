import type { ConversationSource } from "@parley/contract/render/conversation";
import { type MessageSource, renderMessage } from "@parley/contract/render/message";
import { type ReplySource, renderReply } from "@parley/contract/render/reply";
import { expect, test } from "vitest";
import { renderNewConversation, renderNewMessage, renderQueued } from "./first-answer.ts";

const [asked, later] = [new Date("2026-01-01T00:00:00.000Z"), new Date("2026-01-01T00:01:00.000Z")];

const queued: ReplySource = {
  id: "reply",
  conversationId: "conversation",
  messageId: "message",
  assistantMessageId: null,
  status: "queued",
  model: "scripted/echo",
  settings: { stop: ["."], temperature: 0 },
  partialText: "",
  reasoning: "",
  answer: null,
  answerVersion: null,
  finishReason: null,
  errorCode: null,
  errorMessage: null,
  inputTokens: null,
  cachedInputTokens: 0,
  outputTokens: null,
  reasoningTokens: 0,
  tokensCharged: 0,
  balanceWhenEnded: null,
  heldWhenEnded: null,
  noteIds: [],
  attempt: 0,
  sequence: 0,
  createdAt: asked,
  updatedAt: asked,
  startedAt: null,
  finishedAt: null,
};

const message: MessageSource & { reply: typeof queued } = {
  id: "message",
  conversationId: "conversation",
  position: 1,
  role: "user",
  content: "Hello",
  replyTo: null,
  replyId: "reply",
  reply: { ...queued, hasReasoning: false },
  answerNumber: 1,
  answerCount: 1,
  isEdited: false,
  isDeleted: false,
  isActive: true,
  metadata: {},
  rating: null,
  ratingComment: null,
  createdAt: asked,
  updatedAt: asked,
};

const kept = { retentionDays: 0 };

const conversation: ConversationSource = {
  id: "conversation",
  title: "Plans",
  titleSource: "user",
  description: null,
  systemPrompt: "Be brief.",
  systemPromptId: null,
  model: null,
  settings: {},
  status: "active",
  metadata: {},
  tags: [],
  expiresInDays: null,
  messageCount: 1,
  activeReplyId: "reply",
  forkedFromConversationId: null,
  forkedFromMessageId: null,
  version: 2,
  createdAt: asked,
  updatedAt: asked,
  deletedAt: null,
};

test.each([
  {
    become: "completed",
    row: {
      status: "completed",
      assistantMessageId: "answer",
      answer: "Hi",
      answerVersion: 3,
      finishReason: "stop",
      inputTokens: 5,
      outputTokens: 2,
      tokensCharged: 100,
      noteIds: ["note"],
      attempt: 2,
    },
  },
  {
    become: "failed",
    row: {
      status: "failed",
      errorCode: "timed_out",
      errorMessage: "Too late.",
      partialText: "H",
      attempt: 1,
    },
  },
  { become: "cancelled", row: { status: "cancelled", partialText: "H", tokensCharged: 100, attempt: 1 } },
] as const)("a reply that has $become is told as the one that was queued", ({ row }) => {
  const stored = { ...queued, ...row, noteIds: [...(row.noteIds ?? [])], sequence: 9 };
  const ended = { ...stored, updatedAt: later, startedAt: later, finishedAt: later };
  expect(renderReply(ended)).not.toEqual(renderReply(queued));
  expect(JSON.stringify(renderQueued(ended))).toBe(JSON.stringify(renderReply(queued)));
});

test("a message that was edited, replaced or deleted is told as it was sent", () => {
  const changes = [
    { isEdited: true, content: "Goodbye", metadata: { mood: "sad" } },
    { isDeleted: true },
    { isActive: false, replyId: "another" },
  ];
  const first = JSON.stringify(renderMessage(message));
  for (const change of changes) {
    const row = { ...message, ...change, updatedAt: later };
    expect(JSON.stringify(renderNewMessage(row, "reply", { content: "Hello" }))).toBe(first);
  }
});

test("metadata comes in the database's order: shorter keys first, then by their bytes", () => {
  const metadata = { zebra: "1", é: "2", b: "3", aa: "4", a: "5" };
  const row = { ...message, metadata: {} };
  const told = renderNewMessage(row, "reply", { content: "Hello", metadata });
  // `é` has two bytes, the first of which is above every letter.
  expect(Object.entries(told.metadata)).toEqual([
    ["a", "5"],
    ["b", "3"],
    ["aa", "4"],
    ["é", "2"],
    ["zebra", "1"],
  ]);
});

test("a conversation is told as it was made, whatever has become of it", () => {
  const changed = {
    ...conversation,
    title: "Other plans",
    description: "Changed",
    model: "scripted/slow",
    settings: { topP: 0.5 },
    status: "archived" as const,
    metadata: { changed: "yes" },
    messageCount: 7,
    activeReplyId: "later",
    version: 12,
    updatedAt: later,
    deletedAt: later,
  };
  const sent = {
    title: "Plans",
    model: null,
    settings: { temperature: 0, topP: null },
    metadata: { bb: "2", a: "1" },
  };
  expect(renderNewConversation(changed, { replyId: "reply", messageCount: 1 }, sent, kept)).toEqual({
    id: "conversation",
    title: "Plans",
    titleSource: "user",
    description: null,
    systemPrompt: "Be brief.",
    systemPromptId: null,
    model: null,
    settings: { temperature: 0 },
    status: "active",
    metadata: { a: "1", bb: "2" },
    tags: [],
    expiresInDays: null,
    expiresAt: null,
    messageCount: 1,
    activeReplyId: "reply",
    forkedFrom: null,
    createdAt: asked.toISOString(),
    updatedAt: asked.toISOString(),
    deletedAt: null,
  });
  const silent = renderNewConversation(
    changed,
    { replyId: null, messageCount: 1 },
    { message: { content: "Make **plans**" } },
    kept,
  );
  const titled = { title: "Make plans", titleSource: "first_message" };
  expect(silent).toMatchObject({ messageCount: 1, activeReplyId: null, ...titled });
});
