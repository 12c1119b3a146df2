import type { Me } from "@parley/contract/schemas/account";
import { created } from "./conversation-examples.ts";

const me: Me = {
  id: "q3gd2w1ms0v8x5k7jt9cbnye",
  email: "ada@example.com",
  displayName: "Ada",
  preferences: { defaultModel: null, locale: "de" },
  roles: [],
  tokens: { balance: 3_900, held: 100 },
  storage: {
    conversations: { used: 3, limit: 5_000 },
    messages: { used: 40, limit: 100_000 },
    notes: { used: 2, limit: 2_000 },
    systemPrompts: { used: 2, limit: 200 },
    apiKeys: { used: 1, limit: 100 },
    bytes: { used: 18_230, limit: 20_000_000 },
  },
  limits: {
    runningReplies: 4,
    waitingReplies: 20,
    tokensPerDay: { used: 4_210, limit: null },
    tokensPerMonth: { used: 61_300, limit: null },
  },
  ...created,
};

/** Exchanges of the account's own routes. */
export const accountExamples = {
  getMe: { responses: { 200: me } },
  updateMe: { body: { displayName: "Ada", preferences: { locale: "de" } }, responses: { 200: me } },
  deleteMe: {
    responses: {
      200: { isComplete: true, erased: { messages: 40, conversations: 3, token_ledger: 12, users: 1 } },
      202: { isComplete: false, erased: { messages: 180_000 } },
    },
  },
  exportMe: {
    responses: {
      200: '{"table":"notes","row":{"id":"b2h6y8r4t0w9q3e7u1i5o8pa","title":"Tomatoes","content":"Water them."}}\n',
    },
  },
};
