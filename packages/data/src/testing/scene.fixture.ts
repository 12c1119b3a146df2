import { createTestDatabase } from "@parley/embedded-postgres/test-database";
import { type Database, openDatabase } from "../database.ts";
import { newId } from "../ids.ts";
import {
  createConversation,
  type OfferedModels,
  type Refusal,
  type SendLimits,
  type Sent,
  sendMessage,
} from "../send-message.ts";
import { resolveUser } from "../users.ts";

export const terms: OfferedModels & SendLimits = {
  models: { "scripted/echo": { contextTokens: 10_000, maxOutputTokens: 1_000, priceFlat: 100 } },
  defaultModel: "scripted/echo",
  ratePerSecond: 0,
  rateBurst: 3,
  ratePerMinute: 0,
  deadlineSeconds: 600,
};

export interface Person {
  id: string;
  conversationId: string;
  /** Sends to the person's conversation unless told otherwise. */
  send(change?: Partial<Parameters<typeof sendMessage>[1]> & object): Promise<Sent | Refusal>;
}

export interface Scene {
  url: string;
  database: Database;
  /** A user with tokens and one conversation. */
  person(tokens?: number): Promise<Person>;
  /** Rows of a query, for looking behind the functions. */
  rows<T>(text: string): Promise<T[]>;
  close(): Promise<void>;
}

/** A database of its own for one test file. */
export async function openScene(): Promise<Scene> {
  const { url, drop } = await createTestDatabase();
  const database = openDatabase(url);
  return {
    url,
    database,
    async person(tokens = 4_000) {
      const resolution = await resolveUser(database, { sub: newId() }, tokens);
      if (resolution.outcome === "deleted") throw new Error("a new user cannot be deleted");
      const { id } = resolution.user;
      const conversationId = newId();
      await createConversation(database, { ownerId: id, conversationId });
      return {
        id,
        conversationId,
        send: (change = {}) =>
          sendMessage(database, {
            ...terms,
            ownerId: id,
            conversationId,
            messageId: newId(),
            replyId: newId(),
            role: "user",
            content: "Hello?",
            onBusy: "enqueue",
            ...change,
          } as Parameters<typeof sendMessage>[1]),
      };
    },
    rows: async <T>(text: string) => [...(await database.run(async ({ orm }) => orm.execute(text)))] as T[],
    async close() {
      await database.close();
      await drop();
    },
  };
}

/** The reply of a send that must have worked. */
export function replyOf(sent: Sent | Refusal): { id: string; messageId: string; ordinal: number } {
  if (!("message" in sent) || sent.reply === undefined) throw new Error(`not sent: ${sent.outcome}`);
  return sent.reply;
}

/** Balances that the ledger does not explain; must be empty. */
export const unexplained = `
  select u.id from users u left join token_ledger l on l.owner_id = u.id group by u.id
  having u.token_balance <> coalesce(sum(case kind when 'grant' then amount when 'debit' then -amount end), 0)
    or u.tokens_held <> coalesce(sum(case kind when 'hold' then amount when 'debit' then -amount
      when 'release' then -amount end), 0)`;
