import { expect, it } from "vitest";
import { meEtag, type Profile, renderMe } from "./render-me.ts";

const at = new Date("2026-11-21T09:30:00.000Z");
const row: Profile = {
  id: "tz4a98xxat96iws9zmbrgj3a",
  email: null,
  displayName: "Ada",
  defaultModel: null,
  locale: "de",
  tokenBalance: 4000,
  tokensHeld: 100,
  storedConversations: 3,
  storedMessages: 40,
  storedNotes: 0,
  storedSystemPrompts: 1,
  storedApiKeys: 0,
  storedBytes: 1_200,
  limits: { conversations: 5, messages: 0, notes: 5, systemPrompts: 5, apiKeys: 5, bytes: 2_000 },
  usedToday: 30,
  usedThisMonth: 500,
  version: 3,
  createdAt: at,
  updatedAt: at,
};
const settings = {
  MAX_RUNNING_REPLIES: 4,
  MAX_WAITING_REPLIES: 20,
  USER_TOKENS_PER_DAY: 0,
  USER_TOKENS_PER_MONTH: 9_000,
};
const member = { sub: "sub-1", username: "ada", groups: ["editors"] };
const admin = { ...member, groups: ["editors", "admin"] };

it("shows the profile", () => {
  expect(renderMe(row, member, settings)).toEqual({
    id: row.id,
    email: null,
    displayName: "Ada",
    preferences: { defaultModel: null, locale: "de" },
    roles: ["user"],
    tokens: { balance: 4000, held: 100 },
    storage: {
      conversations: { used: 3, limit: 5 },
      messages: { used: 40, limit: null },
      notes: { used: 0, limit: 5 },
      systemPrompts: { used: 1, limit: 5 },
      apiKeys: { used: 0, limit: 5 },
      bytes: { used: 1_200, limit: 2_000 },
    },
    limits: {
      runningReplies: 4,
      waitingReplies: 20,
      tokensPerDay: { used: 30, limit: null },
      tokensPerMonth: { used: 500, limit: 9_000 },
    },
    createdAt: at.toISOString(),
    updatedAt: at.toISOString(),
  });
});

it("takes the admin role from the group of that name alone", () => {
  expect(renderMe(row, admin, settings).roles).toEqual(["user", "admin"]);
  expect(renderMe(row, { ...member, groups: ["administrators"] }, settings).roles).toEqual(["user"]);
});

it("has another version when the row or the roles change", () => {
  const etags = [meEtag(row, member), meEtag(row, admin), meEtag({ ...row, version: 4 }, member)];
  expect(new Set(etags).size).toBe(3);
});
