import type { UsingSettings } from "@parley/composition/settings";
import type { Me } from "@parley/contract/schemas/account";
import type { Account } from "@parley/data/users";
import type { Identity } from "@parley/http/api-types";

/** What of the stored user is shown. */
export type Profile = Pick<
  Account,
  | "id"
  | "email"
  | "displayName"
  | "defaultModel"
  | "locale"
  | "tokenBalance"
  | "tokensHeld"
  | "storedConversations"
  | "storedMessages"
  | "storedNotes"
  | "storedSystemPrompts"
  | "storedApiKeys"
  | "storedBytes"
  | "limits"
  | "usedToday"
  | "usedThisMonth"
  | "version"
  | "createdAt"
  | "updatedAt"
>;

function rolesOf(identity: Identity): string[] {
  const groups: readonly string[] = identity.groups;
  return groups.includes("admin") ? ["user", "admin"] : ["user"];
}

function storageOf(row: Profile): Me["storage"] {
  const stored = (used: number, limit: number) => ({ used, limit: limit === 0 ? null : limit });
  return {
    conversations: stored(row.storedConversations, row.limits.conversations),
    messages: stored(row.storedMessages, row.limits.messages),
    notes: stored(row.storedNotes, row.limits.notes),
    systemPrompts: stored(row.storedSystemPrompts, row.limits.systemPrompts),
    apiKeys: stored(row.storedApiKeys, row.limits.apiKeys),
    bytes: stored(row.storedBytes, row.limits.bytes),
  };
}

function limitsOf(row: Profile, settings: UsingSettings): Me["limits"] {
  const { MAX_RUNNING_REPLIES: running, MAX_WAITING_REPLIES: waiting } = settings;
  return {
    runningReplies: running || null,
    waitingReplies: running === 0 ? null : waiting,
    tokensPerDay: { used: row.usedToday, limit: settings.USER_TOKENS_PER_DAY || null },
    tokensPerMonth: { used: row.usedThisMonth, limit: settings.USER_TOKENS_PER_MONTH || null },
  };
}

/** The profile; roles come from the verified token's groups. */
export function renderMe(row: Profile, identity: Identity, settings: UsingSettings): Me {
  return {
    id: row.id,
    email: row.email,
    displayName: row.displayName,
    preferences: { defaultModel: row.defaultModel, locale: row.locale },
    roles: rolesOf(identity),
    tokens: { balance: row.tokenBalance, held: row.tokensHeld },
    storage: storageOf(row),
    limits: limitsOf(row, settings),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

/** Changes with everything `renderMe` shows. */
export function meEtag(row: Profile, identity: Identity): string {
  return [row.version, ...rolesOf(identity)].join("-");
}
