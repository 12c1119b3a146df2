import type { Conversation } from "@parley/contract/schemas/conversation";
import type { Message } from "@parley/contract/schemas/message";
import type { Reply } from "@parley/contract/schemas/reply";
import type { messageMatch as match } from "@parley/contract/schemas/search";
import type * as z from "zod/mini";

export const conversationId = "tz4a98xxat96iws9zmbrgj3a";
export const messageId = "pfh0haxfpzowht3oi213cqos";
export const replyId = "nc6bzmkmd014706rfda898to";
const at = "2026-11-21T09:30:00.000Z";
export const created = { createdAt: at, updatedAt: at };

export const conversation: Conversation = {
  id: conversationId,
  title: "Leases",
  titleSource: "user",
  description: null,
  systemPrompt: "Answer in one sentence.",
  systemPromptId: null,
  model: "scripted/demo",
  settings: { temperature: 0.2 },
  status: "active",
  metadata: { project: "garden" },
  tags: ["work"],
  expiresInDays: null,
  expiresAt: null,
  messageCount: 1,
  activeReplyId: replyId,
  forkedFrom: null,
  deletedAt: null,
  ...created,
};

export const message: Message = {
  id: messageId,
  conversationId,
  position: 1,
  role: "user",
  content: "What is a lease in a job queue?",
  replyTo: null,
  replyId,
  reply: { id: replyId, status: "queued" },
  isCut: false,
  isEdited: false,
  isDeleted: false,
  isActive: true,
  metadata: {},
  feedback: null,
  ...created,
};

export const reply: Reply = {
  id: replyId,
  conversationId,
  messageId,
  assistantMessageId: null,
  status: "queued",
  model: "scripted/demo",
  settings: { temperature: 0.2 },
  partialText: "",
  isCut: false,
  reasoning: "",
  finishReason: null,
  error: null,
  usage: null,
  tokensCharged: 0,
  tokens: null,
  noteIds: [],
  attempts: 0,
  queuedAt: at,
  startedAt: null,
  finishedAt: null,
  ...created,
};

export const tokensLeft = { balance: 4_000, held: 100 };

export const completed: Reply = {
  ...reply,
  assistantMessageId: "d5kx0w2m8r4vq7tz1ycbn9je",
  status: "completed",
  partialText: "A lease is a claim on a job that runs out unless its worker renews it.",
  finishReason: "stop",
  usage: { inputTokens: 24, cachedInputTokens: 0, outputTokens: 17, reasoningTokens: 0 },
  tokensCharged: 100,
  tokens: { balance: 3_900, held: 0 },
  attempts: 1,
  startedAt: at,
  finishedAt: "2026-11-21T09:30:02.000Z",
  updatedAt: "2026-11-21T09:30:02.000Z",
};

export const answer: Message = {
  ...message,
  id: String(completed.assistantMessageId),
  position: 2,
  role: "assistant",
  content: completed.partialText,
  replyTo: messageId,
  reply: {
    id: replyId,
    status: "completed",
    model: completed.model,
    finishReason: completed.finishReason,
    usage: completed.usage,
    tokensCharged: completed.tokensCharged,
    hasReasoning: false,
    error: null,
    version: { index: 1, count: 1 },
  },
};

const { reply: _, ...withoutReply } = message;

export const foundMessage = withoutReply;

export const messageMatch: z.infer<typeof match> = {
  message: foundMessage,
  conversationTitle: "Leases",
  snippet: "What is a lease in a job queue?",
  highlights: [{ start: 10, end: 15 }],
};
