import { randomUUID } from "node:crypto";
import { type ConversationRow, conversationFromJson } from "./conversations.ts";
import type { Database } from "./database.ts";
import { type JsonRow, rowFromJson } from "./json-row.ts";
import type { After } from "./keyset.ts";
import type { MessageRow } from "./messages.ts";
import { messages } from "./schema/messages.ts";

/** A part of a text, and what of it matches: half open, in Unicode code points of the snippet. */
export interface Snippet {
  snippet: string;
  highlights: { start: number; end: number }[];
}

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

function codePoints(text: string): number {
  return [...text].length;
}

function toSnippet(marked: string, open: string, close: string): Snippet {
  const [before = "", ...parts] = marked.split(open);
  let snippet = before;
  let length = codePoints(before);
  const highlights: Snippet["highlights"] = [];
  for (const part of parts) {
    // A snippet that was cut may have lost the last one's end.
    const [match = "", rest = ""] = part.split(close);
    const end = length + codePoints(match);
    if (match !== "") highlights.push({ start: length, end });
    snippet += match + rest;
    length = end + codePoints(rest);
  }
  return { snippet, highlights };
}

/** What a search is asked; `open` and `close` mark what matches. */
export interface SearchArguments extends SearchPage {
  ownerId: string;
  open: string;
  close: string;
}

export interface FoundMessage extends Omit<MessageMatch, "message" | keyof Snippet> {
  message: JsonRow;
  marked: string;
}

export interface FoundConversation extends Omit<ConversationMatch, "conversation" | keyof Snippet> {
  conversation: JsonRow;
  marked: string;
}

/** Marks that nobody can have written into a text. */
function newMarks(): { open: string; close: string } {
  const mark = randomUUID();
  return { open: `<${mark}`, close: `${mark}>` };
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
  const marks = newMarks();
  const found = await database.run((connection) =>
    connection.call("search_messages", { ...page, ...marks, ownerId }),
  );
  return found.map(({ marked, message, ...match }) => ({
    ...match,
    ...toSnippet(marked, marks.open, marks.close),
    message: rowFromJson(messages, message),
  }));
}

/** The same of conversations, by title, description and the text of their messages. One round trip. */
export async function searchConversations(
  database: Database,
  ownerId: string,
  page: SearchPage & { status?: "active" | "archived" | undefined },
): Promise<ConversationMatch[]> {
  const marks = newMarks();
  const found = await database.run((connection) =>
    connection.call("search_conversations", { ...page, ...marks, ownerId }),
  );
  return found.map(({ marked, conversation, ...match }) => ({
    ...match,
    ...toSnippet(marked, marks.open, marks.close),
    conversation: conversationFromJson(conversation),
  }));
}

/** Seconds after which every commit that bears an earlier time is visible. */
const commitLagSeconds = 300;

/**
 * Remembers the words of messages that are new since the last time, for searches by fragments and typos. Searches
 * look through the newest messages themselves, so that nothing depends on how often this runs.
 * @returns how many messages there were; less than `limit` when none are left
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
