import { type ConversationRow, conversationFromJson } from "./conversations.ts";
import type { Database } from "./database.ts";
import { type JsonRow, rowFromJson } from "./json-row.ts";
import type { After } from "./keyset.ts";
import type { MessageRow } from "./messages.ts";
import { messages } from "./schema/messages.ts";
import { type MatchWord, type Snippet, snippetOf } from "./snippet.ts";

export interface SearchPage {
  q: string;
  limit: number;
  after?: After<number> | undefined;
}

export interface MessageMatch extends Snippet {
  message: MessageRow;
  conversationTitle: string | null;
  score: number;
}

export interface ConversationMatch extends Snippet {
  conversation: ConversationRow;
  /** The message that matches best; null when it is the title or description. */
  messageId: string | null;
  score: number;
}

export interface SearchArguments extends SearchPage {
  ownerId: string;
}

export interface FoundMessage extends Omit<MessageMatch, "message" | keyof Snippet> {
  message: JsonRow;
  /** To be marked, as they are compared. */
  words: string[];
}

export interface FoundConversation extends Omit<ConversationMatch, "conversation" | keyof Snippet> {
  conversation: JsonRow;
  words: string[];
  /** What the words are marked in. */
  text: string;
}

function oneOf(words: readonly string[]): MatchWord {
  const wanted = new Set(words);
  return (word) => (wanted.has(word) ? word : undefined);
}

/**
 * Up to `limit` of the owner's messages that match, the best first; never more than 1 000 over all pages. Deleted
 * messages, those of deleted conversations and replaced answers are no matches. One round trip.
 */
export async function searchMessages(
  database: Database,
  ownerId: string,
  page: SearchPage & { role?: "user" | "assistant" | undefined },
): Promise<MessageMatch[]> {
  const found = await database.run((connection) => connection.call("ranked_messages", { ...page, ownerId }));
  return found.map(({ words, message, ...match }) => {
    const row = rowFromJson(messages, message);
    return { ...match, ...snippetOf(row.content, oneOf(words), page.q), message: row };
  });
}

/** The same of conversations, by title, description and the text of their messages. One round trip. */
export async function searchConversations(
  database: Database,
  ownerId: string,
  page: SearchPage & { status?: "active" | "archived" | undefined },
): Promise<ConversationMatch[]> {
  const found = await database.run((connection) =>
    connection.call("ranked_conversations", { ...page, ownerId }),
  );
  return found.map(({ words, text, conversation, ...match }) => ({
    ...match,
    ...snippetOf(text, oneOf(words), page.q),
    conversation: conversationFromJson(conversation),
  }));
}

/** Seconds after which every commit that bears an earlier time is visible. */
const commitLagSeconds = 300;

/**
 * Remembers the words of messages that are new since the last time, for searches by fragments and typos. Searches
 * look through the newest messages themselves, so that nothing depends on how often this runs.
 * @returns how many messages there were; 0 when none are left
 */
export async function rememberWords(
  database: Database,
  limit: number,
  lagSeconds: number = commitLagSeconds,
): Promise<number> {
  const { messages: count } = await database.run((connection) =>
    connection.call("remember_words", { limit, lagSeconds }),
  );
  return count;
}
