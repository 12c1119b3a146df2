import type { allRoutes } from "@parley/contract/routes/all";
import type { model } from "@parley/contract/schemas/model";
import type { Note } from "@parley/contract/schemas/note";
import type { SystemPrompt } from "@parley/contract/schemas/system-prompt";
import type * as z from "zod/mini";
import { accountExamples } from "./account-examples.ts";
import { adminExamples } from "./admin-examples.ts";
import { adminModelExamples } from "./admin-model-examples.ts";
import {
  answer,
  completed,
  conversation,
  conversationId,
  created,
  foundMessage,
  message,
  messageId,
  messageMatch,
  reply,
  replyId,
  tokensLeft,
} from "./conversation-examples.ts";
import { keyAndTokenExamples } from "./key-and-token-examples.ts";
import { signInExamples } from "./sign-in-examples.ts";

const systemPrompt: SystemPrompt = {
  id: "h7zq4m1xk9c2v5b8n3jd6twy",
  name: "Editor",
  content: "Edit the text for {{audience}}.",
  visibility: "private",
  isDefault: false,
  isOwn: true,
  ...created,
};

const note: Note = {
  id: "w2k8r5t1y4u7i0o3p6asdfgh",
  title: "Tomatoes",
  content: "Water them on Mondays.",
  tags: ["garden"],
  ...created,
};

const demo: z.infer<typeof model> = {
  id: "scripted/demo",
  name: "demo",
  displayName: null,
  provider: "scripted",
  isDefault: true,
  contextTokens: 200_000,
  maxOutputTokens: 64_000,
  price: { kind: "flat", tokens: 100 },
  parameters: ["temperature", "topP", "maxOutputTokens", "reasoningEffort", "stop"],
};

const page = (...data: unknown[]) => ({ data, nextCursor: null });

interface Example {
  body?: unknown;
  /** By status; statuses without a body have none. */
  responses: Readonly<Record<number, unknown>>;
}

/** One exchange of every route; a test holds each against its schema. */
export const examples: Readonly<Record<keyof typeof allRoutes, Example>> = {
  ...signInExamples,
  ...accountExamples,
  ...adminExamples,
  ...adminModelExamples,
  ...keyAndTokenExamples,
  listConversations: { responses: { 200: page(conversation) } },
  createConversation: {
    body: {
      title: "Leases",
      settings: { temperature: 0.2 },
      message: { content: "What is a lease in a job queue?" },
    },
    responses: {
      201: { ...conversation, messageCount: 0, activeReplyId: null },
      202: { conversation, message, reply, tokens: tokensLeft },
    },
  },
  getConversation: { responses: { 200: conversation } },
  updateConversation: {
    body: { title: "Leases", settings: { temperature: 0.2, stop: null } },
    responses: { 200: conversation },
  },
  deleteConversation: { responses: {} },
  forkConversation: {
    body: { messageId, message: { content: "What is a fence in a job queue?" } },
    responses: {
      201: { ...conversation, activeReplyId: null, forkedFrom: { conversationId, messageId } },
      202: {
        conversation: { ...conversation, forkedFrom: { conversationId, messageId } },
        message,
        reply,
        tokens: tokensLeft,
      },
    },
  },
  restoreConversation: { responses: { 200: conversation } },
  searchMessages: { responses: { 200: page(messageMatch) } },
  rateAnswer: {
    body: { rating: "up", comment: "It names its sources." },
    responses: {
      200: {
        ...message,
        role: "assistant",
        content: "A claim that runs out.",
        feedback: { rating: "up", comment: "It names its sources." },
      },
    },
  },
  removeFeedback: { responses: {} },
  findSimilarMessages: {
    responses: { 200: { ranking: "semantic", data: [{ message: foundMessage, score: 0.8312 }] } },
  },
  listMessages: {
    responses: { 200: page(answer, { ...message, reply: { id: replyId, status: "completed" } }) },
  },
  sendMessage: {
    body: { content: "What is a lease in a job queue?" },
    responses: {
      201: {
        message: {
          ...message,
          role: "assistant",
          content: "A claim that runs out.",
          replyId: null,
          reply: null,
        },
      },
      202: { message, reply, tokens: tokensLeft },
    },
  },
  getMessage: { responses: { 200: message } },
  editMessage: {
    body: { content: "What is a lease in a queue?" },
    responses: { 200: { ...message, content: "What is a lease in a queue?", isEdited: true } },
  },
  deleteMessage: { responses: {} },
  askAgain: { body: { model: "scripted/echo" }, responses: { 202: { message, reply, tokens: tokensLeft } } },
  getReply: { responses: { 200: completed } },
  cancelReply: {
    responses: {
      200: { ...completed, status: "cancelled", partialText: "A lease is a claim", finishReason: null },
    },
  },
  listReplies: { responses: { 200: page(completed) } },
  listSystemPrompts: { responses: { 200: page(systemPrompt) } },
  createSystemPrompt: {
    body: { name: "Editor", content: "Edit the text for {{audience}}." },
    responses: { 201: systemPrompt },
  },
  getSystemPrompt: { responses: { 200: systemPrompt } },
  updateSystemPrompt: { body: { isDefault: true }, responses: { 200: { ...systemPrompt, isDefault: true } } },
  deleteSystemPrompt: { responses: {} },
  listNotes: { responses: { 200: page(note) } },
  findSimilarNotes: { responses: { 200: { ranking: "lexical", data: [{ note, score: 0.4609 }] } } },
  createNote: {
    body: { title: "Tomatoes", content: "Water them on Mondays.", tags: ["garden"] },
    responses: { 201: note },
  },
  getNote: { responses: { 200: note } },
  updateNote: { body: { tags: ["garden"] }, responses: { 200: note } },
  deleteNote: { responses: {} },
  pinNote: { responses: {} },
  unpinNote: { responses: {} },
  listModels: { responses: { 200: { data: [demo] } } },
  getMetrics: {
    responses: {
      200: '# TYPE parley_replies_total counter\nparley_replies_total{status="completed",model="scripted/demo"} 96\n',
    },
  },
  getOpenApi: { responses: { 200: { openapi: "3.1.0", info: { title: "Parley", version: "0.1.0" } } } },
  getDocs: { responses: { 200: "<!doctype html>…" } },
  getRedoc: { responses: { 200: "<!doctype html>…" } },
  getDocsAsset: { responses: { 200: "…" } },
  getConsole: { responses: { 200: "<!doctype html>…" } },
  getConsoleAsset: { responses: { 200: "…" } },
  getHealth: {
    responses: {
      200: { status: "ok", database: "reachable" },
      503: { status: "degraded", database: "unreachable" },
    },
  },
};
