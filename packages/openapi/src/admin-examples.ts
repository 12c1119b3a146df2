import type { AdminAction, AdminReply, AdminStats, AdminUser } from "@parley/contract/schemas/admin";
import type { LedgerEntry } from "@parley/contract/schemas/tokens";
import { usage } from "./key-and-token-examples.ts";

const userId = "q3gd2w1ms0v8x5k7jt9cbnye";
const replyId = "nc6bzmkmd014706rfda898to";
const newReplyId = "r8w2k5n1x7c4v9b6m3j0hdtq";
const at = "2026-11-21T09:30:00.000Z";
const created = { createdAt: at, updatedAt: at };

const user: AdminUser = {
  id: userId,
  email: "ada@example.com",
  displayName: "Ada",
  status: "active",
  tokens: { balance: 3_900, held: 100 },
  disabledAt: null,
  ...created,
};

const grant: LedgerEntry = {
  id: "l5c0d1f0e9a84b7c8f2e6d3a",
  kind: "grant",
  amount: 5_000,
  reason: "For the pilot",
  replyId: null,
  balance: 8_900,
  ...created,
};

const failed: AdminReply = {
  id: replyId,
  userId,
  conversationId: "tz4a98xxat96iws9zmbrgj3a",
  messageId: "pfh0haxfpzowht3oi213cqos",
  status: "failed",
  model: "openai/gpt-5.2",
  error: { code: "provider_unavailable", message: "The model did not answer." },
  attempts: 4,
  tokensCharged: 0,
  startedAt: at,
  finishedAt: at,
  ...created,
};

const stats: AdminStats = {
  hours: 24,
  users: { total: 41, disabled: 1, new: 3 },
  conversations: { total: 320, new: 18 },
  replies: [
    { status: "completed", model: "scripted/demo", count: 96 },
    { status: "failed", model: "scripted/demo", count: 1 },
  ],
  secondsToReply: { p50: 1.2, p95: 4.8 },
  tokens: { balance: 160_200, held: 300, charged: 9_600 },
  feedback: [{ model: "scripted/demo", up: 12, down: 1 }],
  storage: { bytes: 41_300_000, limit: 400_000_000 },
  queue: {
    queued: 2,
    inProgress: 1,
    oldestQueuedSeconds: 0.8,
    jobs: { waiting: 2, running: 1, delayed: 3 },
  },
};

const action: AdminAction = {
  id: "d6k1p9s4x8c2v7b3n5m0hjtq",
  adminId: "h2f7w4k9c1z6v3n8b5j0xdtm",
  action: "tokens.granted",
  userId,
  replyId: null,
  requestId: "JKJaXmPLvHcESHA=",
  details: { amount: 5_000, reason: "For the pilot", ledgerEntryId: grant.id },
  ...created,
};

const page = (...data: unknown[]) => ({ data, nextCursor: null });

/** Exchanges of the admins' routes. */
export const adminExamples = {
  listUsers: { responses: { 200: page(user) } },
  getUser: { responses: { 200: user } },
  updateUser: {
    body: { disabled: true },
    responses: { 200: { ...user, status: "disabled", disabledAt: at } },
  },
  deleteUser: {
    responses: {
      200: { isComplete: true, erased: { messages: 40, conversations: 3, token_ledger: 12, users: 1 } },
      202: { isComplete: false, erased: { messages: 180_000 } },
    },
  },
  grantTokens: { body: { amount: 5_000, reason: "For the pilot" }, responses: { 201: grant } },
  getStats: { responses: { 200: stats } },
  getAllUsage: { responses: { 200: usage } },
  listAllReplies: { responses: { 200: page(failed) } },
  retryReply: {
    responses: {
      202: {
        ...failed,
        id: newReplyId,
        status: "queued",
        error: null,
        attempts: 0,
        startedAt: null,
        finishedAt: null,
      },
    },
  },
  listAdminActions: { responses: { 200: page(action) } },
};
