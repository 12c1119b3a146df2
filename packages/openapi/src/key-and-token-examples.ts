import type { ApiKey } from "@parley/contract/schemas/api-key";
import type { Estimate, ReplyContext } from "@parley/contract/schemas/context";
import type { LedgerEntry } from "@parley/contract/schemas/tokens";
import type { Usage } from "@parley/contract/schemas/usage";

const conversationId = "tz4a98xxat96iws9zmbrgj3a";
const messageId = "pfh0haxfpzowht3oi213cqos";
const replyId = "nc6bzmkmd014706rfda898to";
const at = "2026-11-21T09:30:00.000Z";
const created = { createdAt: at, updatedAt: at };
const price = { kind: "flat", tokens: 100 } as const;
const limits = {
  contextTokens: 200_000,
  maxOutputTokens: 500,
  settings: { temperature: 0.2, maxOutputTokens: 500 },
  inputLimit: 32_000,
};

const context: ReplyContext = {
  replyId,
  conversationId,
  messageId,
  status: "completed",
  attempts: 1,
  model: "scripted/demo",
  ...limits,
  price,
  systemPrompt: "Answer in one sentence.",
  sentMessageIds: [messageId],
  droppedMessageIds: [],
  noteIds: [],
  notes: [],
  searches: [],
  tokens: { estimatedInput: 26, input: 24, output: 17 },
  tokensHeld: 100,
  tokensCharged: 100,
  ...created,
};

const estimate: Estimate = {
  model: "scripted/demo",
  ...limits,
  price,
  systemPrompt: "Answer in one sentence.",
  fits: true,
  sentMessageIds: [messageId],
  droppedMessageIds: [],
  noteIds: [],
  inputTokens: 48,
  highestCharge: 100,
  balance: 3_900,
  held: 0,
  available: 3_900,
  isAffordable: true,
};

const entry: LedgerEntry = {
  id: "l5c0d1f0e9a84b7c8f2e6d3a",
  kind: "debit",
  amount: 100,
  reason: "completed",
  replyId,
  balance: 3_900,
  ...created,
};

const counts = {
  replies: 12,
  inputTokens: 4_210,
  cachedTokens: 0,
  outputTokens: 1_730,
  reasoningTokens: 0,
  tokensCharged: 1_200,
};

export const usage: Usage = {
  from: "2026-11-01",
  to: "2026-11-30",
  by: "day",
  data: [{ day: "2026-11-21", ...counts }],
  total: counts,
};

const apiKey: ApiKey = {
  id: "v7kq2m9x4c1z8w5n3b6j0hdt",
  name: "Backup script",
  hint: "parley_3kTz9Q",
  scopes: ["read"],
  lastUsedAt: null,
  expiresAt: null,
  ...created,
};

/** Exchanges of the routes of API keys, token balances, estimates and contexts. */
export const keyAndTokenExamples = {
  createPushTicket: {
    responses: {
      201: { ticket: "ticket_eyJpZCI6….k3J9…", expiresAt: "2026-11-21T09:31:00.000Z" },
    },
  },
  getTokens: {
    responses: {
      200: {
        balance: 3_900,
        held: 100,
        available: 3_800,
        refill: { monthlyTokens: 4_000, nextAt: "2026-12-01T00:00:00.000Z" },
      },
    },
  },
  listLedger: { responses: { 200: { data: [entry], nextCursor: null } } },
  getUsage: { responses: { 200: usage } },
  listApiKeys: { responses: { 200: { data: [apiKey], nextCursor: null } } },
  createApiKey: {
    body: { name: "Backup script", scopes: ["read"] },
    responses: { 201: { ...apiKey, key: "parley_3kTz9Q…_1x0YzA" } },
  },
  deleteApiKey: { responses: {} },
  estimateReply: {
    body: { content: "And what is a fencing token?", settings: { maxOutputTokens: 500 } },
    responses: { 200: estimate },
  },
  getReplyContext: { responses: { 200: context } },
};
